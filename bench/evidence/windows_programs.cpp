#include "bench/evidence/windows_programs.hpp"

#include <stdexcept>

namespace stemma::bench {
namespace {

constexpr std::string_view kMicrosoft = "Microsoft Corporation";

constexpr Person kPeople[] = {
    {"SYSTEM", "NT AUTHORITY", "S-1-5-18", 0x3e7},
    {"LOCAL SERVICE", "NT AUTHORITY", "S-1-5-19", 0x3e5},
    {"NETWORK SERVICE", "NT AUTHORITY", "S-1-5-20", 0x3e4},
    {"alice", "CORP", "S-1-5-21-1004336348-1177238915-682003330-1104", 0x5a3f1},
    {"bob.admin", "CORP", "S-1-5-21-1004336348-1177238915-682003330-1137", 0x9c114e},
    {"svc_backup", "CORP", "S-1-5-21-1004336348-1177238915-682003330-2211", 0x10b7d2},
};

const std::vector<Program> kPrograms = {
    // Running from boot on.
    {R"(C:\Windows\System32\smss.exe)",
     "Windows Session Manager",
     kMicrosoft,
     true,
     {R"(\SystemRoot\System32\smss.exe)"},
     {}},
    {R"(C:\Windows\System32\csrss.exe)",
     "Client Server Runtime Process",
     kMicrosoft,
     true,
     {R"(%SystemRoot%\system32\csrss.exe ObjectDirectory=\Windows SharedSection=1024,20480,768 Windows=On SubSystemType=Windows ServerDll=basesrv,1 ServerDll=winsrv:UserServerDllInitialization,3 ServerDll=sxssrv,4 ProfileControl=Off MaxRequestThreads=16)"},
     {}},
    {R"(C:\Windows\System32\wininit.exe)",
     "Windows Start-Up Application",
     kMicrosoft,
     true,
     {"wininit.exe"},
     {}},
    {R"(C:\Windows\System32\services.exe)",
     "Services and Controller app",
     kMicrosoft,
     true,
     {R"(C:\Windows\system32\services.exe)"},
     {"svchost.exe", "svchost.exe", "svchost.exe", "msiexec.exe", "TrustedInstaller.exe",
      "MsMpEng.exe"}},
    {R"(C:\Windows\System32\lsass.exe)",
     "Local Security Authority Process",
     kMicrosoft,
     true,
     {R"(C:\Windows\system32\lsass.exe)"},
     {}},
    {R"(C:\Windows\System32\svchost.exe)",
     "Host Process for Windows Services",
     kMicrosoft,
     true,
     {R"(C:\Windows\system32\svchost.exe -k netsvcs -p -s ~)",
      R"(C:\Windows\system32\svchost.exe -k LocalServiceNetworkRestricted -p -s ~)",
      R"(C:\Windows\System32\svchost.exe -k LocalSystemNetworkRestricted -p -s ~)",
      R"(C:\Windows\system32\svchost.exe -k DcomLaunch -p -s ~)",
      R"(C:\Windows\system32\svchost.exe -k wsappx -p -s ~)"},
     {"WmiPrvSE.exe", "taskhostw.exe", "dllhost.exe", "RuntimeBroker.exe", "backgroundTaskHost.exe",
      "taskhostw.exe", "dllhost.exe", "powershell.exe"}},
    {R"(C:\WindowsAzure\GuestAgent_2.7.41491.1083\WindowsAzureGuestAgent.exe)",
     "Windows Azure Guest Agent",
     kMicrosoft,
     true,
     {R"(C:\WindowsAzure\GuestAgent_2.7.41491.1083\WindowsAzureGuestAgent.exe)"},
     {"cmd.exe"}},
    {R"(C:\Windows\explorer.exe)",
     "Windows Explorer",
     kMicrosoft,
     false,
     {R"(C:\Windows\Explorer.EXE)"},
     {"chrome.exe", "chrome.exe", "OUTLOOK.EXE", "WINWORD.EXE", "EXCEL.EXE", "cmd.exe",
      "powershell.exe", "notepad.exe", "Teams.exe", "Code.exe"}},
    {R"(C:\Program Files\Google\Chrome\Application\chrome.exe)",
     "Google Chrome",
     "Google LLC",
     false,
     {R"("C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer --extension-process --display-capture-permissions-policy-allowed --lang=en-US --device-scale-factor=1.25 --num-raster-threads=4 --enable-main-frame-before-activation --renderer-client-id=### --launch-time-ticks=######### --field-trial-handle=####,i,1###################,9##################,262144 /prefetch:1)",
      R"("C:\Program Files\Google\Chrome\Application\chrome.exe" --type=utility --utility-sub-type=network.mojom.NetworkService --lang=en-US --service-sandbox-type=none --field-trial-handle=####,i,1###################,262144 /prefetch:8)",
      R"("C:\Program Files\Google\Chrome\Application\chrome.exe" https://intranet.corp.example/~/~?id=@@@@@@@@)"},
     {"chrome.exe"}},
    // Coming and going.
    {R"(C:\Windows\System32\wbem\WmiPrvSE.exe)",
     "WMI Provider Host",
     kMicrosoft,
     true,
     {R"(C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding)",
      R"(C:\Windows\system32\wbem\wmiprvse.exe -Embedding)"},
     {}},
    {R"(C:\Windows\System32\taskhostw.exe)",
     "Host Process for Windows Tasks",
     kMicrosoft,
     false,
     {"taskhostw.exe {222A245B-E637-4AE9-A93F-A59CA119A75E}", "taskhostw.exe SYSTEM",
      "taskhostw.exe KEYROAMING"},
     {}},
    {R"(C:\Windows\System32\dllhost.exe)",
     "COM Surrogate",
     kMicrosoft,
     false,
     {R"(C:\Windows\system32\DllHost.exe /Processid:{@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@})"},
     {}},
    {R"(C:\Windows\System32\RuntimeBroker.exe)",
     "Runtime Broker",
     kMicrosoft,
     false,
     {R"(C:\Windows\System32\RuntimeBroker.exe -Embedding)"},
     {}},
    {R"(C:\Windows\System32\backgroundTaskHost.exe)",
     "Background Task Host",
     kMicrosoft,
     false,
     {R"("C:\Windows\system32\backgroundTaskHost.exe" -ServerName:CortanaUI.AppX@@@@@@@@@@@@@@@@.mca)"},
     {}},
    {R"(C:\Windows\System32\msiexec.exe)",
     "Windows® installer",
     kMicrosoft,
     true,
     {R"(C:\Windows\system32\msiexec.exe /V)",
      R"(C:\Windows\syswow64\MsiExec.exe -Embedding @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@ E Global\MSI0000)"},
     {"cmd.exe"}},
    {R"(C:\Windows\servicing\TrustedInstaller.exe)",
     "Windows Modules Installer",
     kMicrosoft,
     true,
     {R"(C:\Windows\servicing\TrustedInstaller.exe)"},
     {}},
    {R"(C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.23110.3-0\MsMpEng.exe)",
     "Antimalware Service Executable",
     kMicrosoft,
     true,
     {R"("C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.23110.3-0\MsMpEng.exe")"},
     {}},
    {R"(C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE)",
     "Microsoft Outlook",
     kMicrosoft,
     false,
     {R"("C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE" )"},
     {"chrome.exe", "WINWORD.EXE", "EXCEL.EXE"}},
    {R"(C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE)",
     "Microsoft Word",
     kMicrosoft,
     false,
     {R"("C:\Program Files\Microsoft Office\Root\Office16\WINWORD.EXE" /n "C:\Users\alice\Documents\~\~ Q# 20##.docx" /o "")"},
     {"splwow64.exe"}},
    {R"(C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE)",
     "Microsoft Excel",
     kMicrosoft,
     false,
     {R"("C:\Program Files\Microsoft Office\Root\Office16\EXCEL.EXE" "C:\Users\alice\Documents\~\~-######.xlsx")"},
     {"splwow64.exe"}},
    {R"(C:\Windows\splwow64.exe)",
     "Print driver host for applications",
     kMicrosoft,
     false,
     {R"(C:\Windows\splwow64.exe 8192)"},
     {}},
    {R"(C:\Windows\System32\notepad.exe)",
     "Notepad",
     kMicrosoft,
     false,
     {R"("C:\Windows\system32\NOTEPAD.EXE" C:\Users\alice\Desktop\~.txt)"},
     {}},
    {R"(C:\Users\alice\AppData\Local\Microsoft\Teams\current\Teams.exe)",
     "Microsoft Teams",
     kMicrosoft,
     false,
     {R"("C:\Users\alice\AppData\Local\Microsoft\Teams\current\Teams.exe" --type=renderer --enable-wer --ms-teams-less-cors=@@@@@@@@ --field-trial-handle=####,################,################### --lang=en-US --app-user-model-id=com.squirrel.Teams.Teams /prefetch:1)"},
     {"Teams.exe"}},
    {R"(C:\Users\alice\AppData\Local\Programs\Microsoft VS Code\Code.exe)",
     "Visual Studio Code",
     kMicrosoft,
     false,
     {R"("C:\Users\alice\AppData\Local\Programs\Microsoft VS Code\Code.exe" --type=utility --utility-sub-type=node.mojom.NodeService --lang=en-US --service-sandbox-type=none --user-data-dir="C:\Users\alice\AppData\Roaming\Code" --standard-schemes=vscode-webview,vscode-file)"},
     {"cmd.exe", "git.exe", "Code.exe", "powershell.exe"}},
    {R"(C:\Windows\System32\cmd.exe)",
     "Windows Command Processor",
     kMicrosoft,
     false,
     {R"("C:\Windows\system32\cmd.exe" )",
      R"(C:\Windows\system32\cmd.exe /d /s /c "~ --~ ~-##.log")",
      R"(cmd.exe /c C:\ProgramData\~\~.cmd ###)"},
     {"conhost.exe", "whoami.exe", "findstr.exe", "ping.exe", "git.exe", "python.exe", "net.exe"}},
    {R"(C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe)",
     "Windows PowerShell",
     kMicrosoft,
     false,
     {R"("C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" )",
      R"(powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\ProgramData\~\~-~.ps1 -Id @@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@)",
      R"("C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" -NoLogo -NonInteractive -Command "Get-~ -~ '~#' | Where-Object { $_.~ -gt ## } | Export-Csv C:\Temp\~.csv")"},
     {"conhost.exe", "whoami.exe", "ipconfig.exe", "net.exe", "csc.exe"}},
    {R"(C:\Windows\System32\conhost.exe)",
     "Console Window Host",
     kMicrosoft,
     false,
     {R"(\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1)"},
     {}},
    {R"(C:\Windows\System32\whoami.exe)",
     "whoami - displays logged on user information",
     kMicrosoft,
     false,
     {R"("C:\Windows\system32\whoami.exe" /all)"},
     {}},
    {R"(C:\Windows\System32\ipconfig.exe)",
     "IP Configuration Utility",
     kMicrosoft,
     false,
     {R"("C:\Windows\system32\ipconfig.exe" /all)"},
     {}},
    {R"(C:\Windows\System32\findstr.exe)",
     "Find String (QGREP) Utility",
     kMicrosoft,
     false,
     {R"(findstr  /i /c:"~" C:\ProgramData\~\~.ini)"},
     {}},
    {R"(C:\Windows\System32\ping.exe)",
     "TCP/IP Ping Command",
     kMicrosoft,
     false,
     {"ping  -n 2 10.#.#.1##"},
     {}},
    {R"(C:\Windows\System32\net.exe)",
     "Net Command",
     kMicrosoft,
     false,
     {R"("C:\Windows\system32\net.exe" use X: \\fs0#.corp.example\~$ /persistent:no)"},
     {"net1.exe"}},
    {R"(C:\Windows\System32\net1.exe)",
     "Net Command",
     kMicrosoft,
     false,
     {R"(C:\Windows\system32\net1 use X: \\fs0#.corp.example\~$ /persistent:no)"},
     {}},
    {R"(C:\Program Files\Git\cmd\git.exe)",
     "Git for Windows",
     "The Git Development Community",
     false,
     {"git.exe -c core.quotepath=false status -z -uall", "git.exe rev-parse --show-toplevel"},
     {"conhost.exe"}},
    {R"(C:\Python311\python.exe)",
     "Python",
     "Python Software Foundation",
     false,
     {R"(python  -m ~.~ --config C:\work\~\~.toml --job ######)"},
     {"cmd.exe", "conhost.exe"}},
    {R"(C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe)",
     "Visual C# Command Line Compiler",
     kMicrosoft,
     false,
     {R"("C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe" /noconfig /fullpaths @"C:\Users\alice\AppData\Local\Temp\@@@@@@@@\@@@@@@@@.cmdline")"},
     {"cvtres.exe"}},
    {R"(C:\Windows\Microsoft.NET\Framework64\v4.0.30319\cvtres.exe)",
     "Microsoft® Resource File To COFF Object Conversion Utility",
     kMicrosoft,
     false,
     {R"(C:\Windows\Microsoft.NET\Framework64\v4.0.30319\cvtres.exe /NOLOGO /READONLY /MACHINE:IX86 "/OUT:C:\Users\alice\AppData\Local\Temp\RES@@@@.tmp")"},
     {}},
};

constexpr Module kModules[] = {
    {R"(C:\Windows\System32\ntdll.dll)", "NT Layer DLL", kMicrosoft},
    {R"(C:\Windows\System32\KERNELBASE.dll)", "Windows NT BASE API Client DLL", kMicrosoft},
    {R"(C:\Windows\System32\RPCRT4.dll)", "Remote Procedure Call Runtime", kMicrosoft},
    {R"(C:\Windows\System32\combase.dll)", "Microsoft COM for Windows", kMicrosoft},
    {R"(C:\Windows\System32\wbem\wbemprox.dll)", "WMI", kMicrosoft},
    {R"(C:\Windows\System32\framedynos.dll)", "WMI SDK Provider Framework", kMicrosoft},
    {R"(C:\Windows\System32\amsi.dll)", "Anti-Malware Scan Interface", kMicrosoft},
    {R"(C:\Windows\System32\vaultcli.dll)", "Credential Vault Client Library", kMicrosoft},
    {R"(C:\Windows\System32\samlib.dll)", "SAM Library DLL", kMicrosoft},
    {R"(C:\Windows\assembly\NativeImages_v4.0.30319_64\System.Manaa57fc8cc#\1f3f4c2b\System.Management.Automation.ni.dll)",
     "System.Management.Automation", kMicrosoft},
    {R"(C:\Program Files\Google\Chrome\Application\119.0.6045.160\chrome.dll)", "Google Chrome",
     "Google LLC"},
    {R"(C:\Windows\System32\taskschd.dll)", "Task Scheduler COM API", kMicrosoft},
    {R"(C:\Program Files\Microsoft Office\root\Office16\mso30win32client.dll)",
     "Microsoft Office component", kMicrosoft},
    {R"(C:\Windows\System32\drivers\UMDF\SensorsHid.dll)", "HID Sensor Driver", kMicrosoft},
};

constexpr std::string_view kRegistryValues[] = {
    R"(HKLM\System\CurrentControlSet\Services\~\Parameters\~)",
    R"(HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tasks\{@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@}\DynamicInfo)",
    R"(HKU\S-1-5-21-1004336348-1177238915-682003330-1104\Software\Microsoft\Windows\CurrentVersion\Explorer\UserAssist\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\Count\~.rkr)",
    R"(HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\~)",
    R"(HKLM\System\CurrentControlSet\Services\bam\State\UserSettings\S-1-5-21-1004336348-1177238915-682003330-1104\~)",
    R"(\REGISTRY\A\{@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@}\Root\InventoryApplicationFile\~|@@@@@@@@@@@@@@@@\LowerCaseLongPath)",
    R"(HKU\.DEFAULT\Software\Microsoft\SystemCertificates\~\Certificates)",
};
constexpr std::string_view kRegistryDetails[] = {"DWORD (0x@@@@@@@@)",
                                                 "Binary Data",
                                                 R"(%%SystemRoot%%\system32\~.dll)",
                                                 "QWORD (0x@@@@@@@@-0x@@@@@@@@)",
                                                 R"("C:\Program Files\~\~.exe" /background)",
                                                 "(Empty)"};
constexpr std::string_view kFiles[] = {
    R"(C:\Users\alice\AppData\Local\Temp\@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@.tmp)",
    R"(C:\Users\alice\AppData\Local\Google\Chrome\User Data\Default\Cache\Cache_Data\f_@@@@@@)",
    R"(C:\Windows\Prefetch\~.EXE-@@@@@@@@.pf)",
    R"(C:\ProgramData\Microsoft\Windows\WER\Temp\WER@@@@.tmp.WERInternalMetadata.xml)",
    R"(C:\Users\alice\Documents\~\~ - ~ v#.docx)",
    R"(C:\Windows\Temp\__PSScriptPolicyTest_@@@@@@@@.@@@.ps1)",
    R"(C:\Windows\System32\config\systemprofile\AppData\Local\Microsoft\Windows\INetCache\~[1].htm)",
};
constexpr std::string_view kDomainNames[] = {"~.corp.example",
                                             "login.microsoftonline.com",
                                             "settings-win.data.microsoft.com",
                                             "~-~.cdn.example.net",
                                             "outlook.office365.com",
                                             "@@@@@@@@.~.cloudapp.example",
                                             "wpad.corp.example",
                                             "_ldap._tcp.dc._msdcs.corp.example"};
constexpr std::string_view kScriptLines[] = {
    "$~ = Get-CimInstance -ClassName Win32_~ -Filter \"Name = '~'\" -ErrorAction SilentlyContinue",
    "if ($null -eq $~) { Write-Verbose \"~ not found on $env:COMPUTERNAME\"; return }",
    "foreach ($item in $~.Get~()) {",
    "  $result += [pscustomobject]@{ Name = $item.~; Size = $item.~ / 1MB; Seen = Get-Date }",
    "}",
    "# ~ ~ ~ (see ~-#### for why)",
    "Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\~\\~' -Name '~' -Value ##",
    "Start-Sleep -Milliseconds ###"};
constexpr std::string_view kWords[] = {
    "Report", "inventory", "Cache", "update",  "Schedule", "BITS",    "policy", "Telemetry",
    "backup", "Profile",   "agent", "Network", "Session",  "sync",    "audit",  "Themes",
    "Store",  "billing",   "queue", "Server",  "Client",   "archive", "Health", "Verwaltung"};

}  // namespace

std::span<const Person> people() {
  return kPeople;
}
std::span<const Program> programs() {
  return kPrograms;
}
std::span<const Module> modules() {
  return kModules;
}
std::span<const std::string_view> registry_values() {
  return kRegistryValues;
}
std::span<const std::string_view> registry_details() {
  return kRegistryDetails;
}
std::span<const std::string_view> files() {
  return kFiles;
}
std::span<const std::string_view> domain_names() {
  return kDomainNames;
}
std::span<const std::string_view> script_lines() {
  return kScriptLines;
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('\\') + 1);
}

std::size_t program_index(std::string_view name) {
  for (std::size_t i = 0; i < kPrograms.size(); ++i)
    if (base_name(kPrograms[i].image) == name) return i;
  throw std::invalid_argument("no such program: " + std::string(name));
}

std::string filled_in(std::string_view text, Random& random) {
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    if (c == '#') {
      out += static_cast<char>('0' + random.below(10));
    } else if (c == '@') {
      out += "0123456789ABCDEF"[random.below(16)];
    } else if (c == '~') {
      out += random.pick(kWords);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace stemma::bench
