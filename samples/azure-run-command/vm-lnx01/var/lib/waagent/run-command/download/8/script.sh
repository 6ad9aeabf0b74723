#!/bin/bash
apt-get -qq update
systemctl restart nginx
exec logger -t deploy done
