@echo off
rem Restores, builds and runs all tests; the last line counts them. Arguments go to the test runner.
setlocal
cd /d "%~dp0"
call eng\build.cmd || goto broken
dotnet build TaskAspire.sln -v q --nologo || goto broken
if not exist TestResults mkdir TestResults
del TestResults\tests.xml 2>nul
dotnet TaskAspire.Tests\bin\Debug\net10.0\TaskAspire.Tests.dll -result-xml TestResults\tests.xml -noColor %*
set CODE=%ERRORLEVEL%
rem The counts come from the report.
powershell -NoProfile -Command ^
  "try { $a = @(([xml](Get-Content -Raw TestResults\tests.xml)).assemblies.assembly) } catch { '0 passed, 1 failed, 0 skipped'; exit 1 };" ^
  "$p = 0; $f = 0; $s = 0; foreach ($x in $a) { $p += [int]$x.passed; $f += [int]$x.failed + [int]$x.errors; $s += [int]$x.skipped };" ^
  "\"$p passed, $f failed, $s skipped\"; if ($f -gt 0 -or ($p + $f) -eq 0) { exit 1 }"
if errorlevel 1 exit /b 1
exit /b %CODE%
:broken
echo 0 passed, 0 failed, 0 skipped
exit /b 1
