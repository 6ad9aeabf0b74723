ipconfig /all
quser
