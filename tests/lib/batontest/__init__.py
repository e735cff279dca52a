# SPDX-License-Identifier: MIT
"""What the tests in python share. Each folder with such tests also has a link `batontest` to this one: so a test finds it
beside itself, wherever it is started, and says `from batontest.expect import must`.

    daemon    start a batond with a configuration of its own, watch it, stop it
    fixture   a directory for one test, with a root and the daemons that serve it
    run       the command line of a script with tests, and the loop over them
    expect    what must hold, and what a test needs of the machine
    client    requests over sockets, and downloads that last
    answer    an answer, read from bytes and checked, strictly
    change    reloads and upgrades of a running daemon
    manager   the service manager, played by a test
    transcript  the cases of a *.wire file
    process   what the kernel says of a running process
    faults    calls of the daemon that are slow or fail
    devtools  Chromium without a window
    patience  how to wait, so that no test depends on the speed of the machine
    files     contents of files, and their age
"""
