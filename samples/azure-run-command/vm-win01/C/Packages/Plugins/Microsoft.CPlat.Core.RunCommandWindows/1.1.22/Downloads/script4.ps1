Get-ChildItem C:\Users -Recurse -Filter *.kdbx | Select-Object FullName
