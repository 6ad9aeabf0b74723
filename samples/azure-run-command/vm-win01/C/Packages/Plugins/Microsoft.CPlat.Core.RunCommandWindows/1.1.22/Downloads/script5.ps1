param($Target, $Count)
ping.exe -n $Count $Target
