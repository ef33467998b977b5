@echo off
rem Starts everything. Options: run --help
setlocal
cd /d "%~dp0"
call eng\build.cmd || exit /b 1
echo Building...
set PROJECT=TaskAspire.AppHost
if "%FEED%"=="closed" set PROJECT=TaskAspire.Standalone
dotnet build %PROJECT% -v q --nologo || exit /b 1
rem The app host would not know the question, and start.
for %%A in (%*) do if "%%~A"=="--help" set PROJECT=TaskAspire.Standalone
dotnet run --no-build --project %PROJECT% -- %*
