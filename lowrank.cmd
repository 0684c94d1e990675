@echo off
rem Runs lowrank from a checkout: builds it with the Maven wrapper when it is not built, then starts it.
rem After a change of the sources delete cli\target\lowrank\built to build again.
setlocal
set "HOME_DIR=%~dp0"
set "APP=%HOME_DIR%cli\target\lowrank"
set "JAVA=java"
if defined JAVA_HOME if exist "%JAVA_HOME%\bin\java.exe" set "JAVA=%JAVA_HOME%\bin\java.exe"
if not exist "%APP%\built" (
  echo lowrank: building ^(the first time downloads the libraries, which takes a minute or two^) ... 1>&2
  pushd "%HOME_DIR%"
  call mvnw.cmd -B -q -ntp -Dmaven.test.skip=true package 1>&2
  if errorlevel 1 (
    popd
    echo lowrank: the build failed: see the messages above; a JDK, 17 or newer, and a network are needed 1>&2
    exit /b 1
  )
  popd
  echo built> "%APP%\built"
)
rem The options are those of the launchers of all systems.
"%JAVA%" "@%HOME_DIR%packaging\src\bin\java.options" %LOWRANK_JAVA_OPTS% -jar "%APP%\lowrank-cli.jar" %*
exit /b %errorlevel%
