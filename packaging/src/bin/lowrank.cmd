@echo off
rem Starts lowrank as an archive holds it, with the java of JAVA_HOME or PATH, 17 or newer.
setlocal
set "APP=%~dp0..\app"
set "JAVA=java"
if exist "%~dp0..\runtime\bin\java.exe" (
  set "JAVA=%~dp0..\runtime\bin\java.exe"
) else if defined JAVA_HOME if exist "%JAVA_HOME%\bin\java.exe" set "JAVA=%JAVA_HOME%\bin\java.exe"
"%JAVA%" "@%APP%\java.options" %LOWRANK_JAVA_OPTS% -jar "%APP%\lowrank-cli.jar" %*
exit /b %errorlevel%
