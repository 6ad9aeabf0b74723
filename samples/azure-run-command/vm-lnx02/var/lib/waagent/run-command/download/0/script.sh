#!/bin/bash
hostnamectl
ss -lntp
