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
rem Compiles the products early, while their callers wait: see the shell launcher.
set "SOON=-XX:CompileCommand=CompileThresholdScaling,org.lowrank.spectral.kernel"
set "WAIT=-XX:CompileCommand=BackgroundCompilation,org.lowrank.spectral.kernel"
set "COMPILE=-XX:CompileCommand=quiet -XX:Tier4BackEdgeThreshold=1000000 %SOON%.FloatRows::*,0.02 %SOON%.DoubleRows::*,0.02 %SOON%.HalfRows::*,0.02 %SOON%.StreamedRows::*,0.02 -XX:CompileCommand=CompileThresholdScaling,org.lowrank.machine.memory.VectorConversion::*,0.02"
set "COMPILE=%COMPILE% %WAIT%.FloatRows::*,false %WAIT%.DoubleRows::*,false %WAIT%.HalfRows::*,false %WAIT%.StreamedRows::*,false"
"%JAVA%" -XX:+UseSerialGC %COMPILE% --add-modules jdk.incubator.vector -XX:ObjectAlignmentInBytes=64 %LOWRANK_JAVA_OPTS% -jar "%APP%\lowrank-cli.jar" %*
exit /b %errorlevel%
