# escape=`
FROM mcr.example/windows/nanoserver:ltsc2025
COPY testfile.txt c:\
RUN dir c:\ `
  && echo done
ENV A="b`"c" D=`$E
LABEL description="two words" old=1
VOLUME ["c:\\data", "d"]
MAINTAINER Somebody <somebody@example.com>
USER ContainerUser
