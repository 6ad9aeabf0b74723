#!/usr/bin/env python3
import subprocess
subprocess.run(['ss', '-tlnp'])
subprocess.run('getent passwd; true', shell=True)
