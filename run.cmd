@echo off
rem Starts everything. Options: run --help
setlocal
cd /d "%~dp0"
call eng\build.cmd || exit /b 1
echo Building...
set PROJECT=TaskAspire.AppHost
if "%FEED%"=="closed" set PROJECT=TaskAspire.Standalone
dotnet build %PROJECT% -v q --nologo || exit /b 1
dotnet run --no-build --project %PROJECT% -- %*
