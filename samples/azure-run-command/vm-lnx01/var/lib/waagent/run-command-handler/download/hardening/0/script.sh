sysctl -w net.ipv4.ip_forward=0
grep -c PermitRootLogin /etc/ssh/sshd_config
