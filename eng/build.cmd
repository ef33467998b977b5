@echo off
rem Called by run.cmd and test.cmd: finds out the feed (see eng/build.sh) and sets FEED to open or closed.
where dotnet >nul 2>nul || (echo dotnet is not on PATH. Install the .NET 10 SDK: https://dotnet.microsoft.com/download & exit /b 1)
dotnet --version >nul 2>nul || (dotnet --version & echo Install the .NET 10 SDK: https://dotnet.microsoft.com/download & exit /b 1)
if exist Directory.Local.props goto known
if not "%ClosedFeed%"=="" goto known
set "RESTORE_LOG=%TEMP%\taskaspire-restore-%RANDOM%.log"
dotnet restore TaskAspire.AppHost -v q --nologo >"%RESTORE_LOG%" 2>&1
if not errorlevel 1 goto restored
findstr /r /c:"NU1101:.*[^A-Za-z]Aspire\." /c:"NU1101:.*[^A-Za-z]Elastic\." /c:"NU1102:.*[^A-Za-z]Aspire\." /c:"NU1102:.*[^A-Za-z]Elastic\." /c:"MSB4236:.*[^A-Za-z]Aspire\." "%RESTORE_LOG%" >nul || (type "%RESTORE_LOG%" & del "%RESTORE_LOG%" & exit /b 1)
(
  echo ^<Project^>
  echo   ^<PropertyGroup^>
  echo     ^<ClosedFeed^>true^</ClosedFeed^>
  echo   ^</PropertyGroup^>
  echo ^</Project^>
) >Directory.Local.props
echo The package feed lacks packages of Aspire.* or Elastic.*: building without them from now on (Directory.Local.props).
:restored
del "%RESTORE_LOG%" 2>nul
:known
set FEED=open
if exist Directory.Local.props findstr /c:"<ClosedFeed>true</ClosedFeed>" Directory.Local.props >nul && set FEED=closed
if "%ClosedFeed%"=="true" set FEED=closed
if "%ClosedFeed%"=="false" set FEED=open
exit /b 0
