# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Completion of batond's command line for bash. It needs no other file.

# SECTION.KEY= for every key that the batond on the command line has.
_batond_keys() {
    "$1" --defaults 2>/dev/null | awk '
        /^\[/ { section = substr($1, 2); sub(/\]/, "", section) }
        /^[a-z_]+ =/ { print section "." $1 "=" }
    '
}

# Take what the function that is named prints, a line each, as the completions.
_batond_reply() {
    mapfile -t COMPREPLY < <("$@")
}

# What an option's value can be. False where $1 is no option with a value.
_batond_value() {
    case $1 in
    -c | --config)
        compopt -o filenames 2>/dev/null
        _batond_reply compgen -f -- "$cur"
        ;;
    -l | --listen)
        compopt -o nospace 2>/dev/null
        _batond_reply compgen -W '127.0.0.1: [::]: unix: systemd:' -- "$cur"
        ;;
    -o | --set)
        compopt -o nospace 2>/dev/null
        _batond_reply compgen -W "$(_batond_keys "${COMP_WORDS[0]}")" -- "$cur"
        ;;
    -H | --header)
        compopt -o nospace 2>/dev/null
        _batond_reply compgen -W 'Accept-Encoding: Host: If-Match: If-Modified-Since: If-None-Match: If-Range:
            If-Unmodified-Since: Range: Want-Repr-Digest:' -- "$cur"
        ;;
    -X | --method) _batond_reply compgen -W 'GET HEAD OPTIONS' -- "$cur" ;;
    --explain) COMPREPLY=() ;;
    --reload) _batond_reply compgen -W "$(pidof batond)" -- "$cur" ;;
    *) return 1 ;;
    esac
}

_batond() {
    local cur=${COMP_WORDS[COMP_CWORD]} at=$((COMP_CWORD - 1))

    COMPREPLY=()
    # Bash parts words at '=' and ':' too: in "--config=a" the option is two words back, and "-o a.b=" has its value behind.
    [ "$cur" != = ] || cur='' at=$((at + 1))
    if [ "${COMP_WORDS[at]}" = = ] && [ "$at" -ge 1 ]; then
        case ${COMP_WORDS[at - 1]} in
        --*) at=$((at - 1)) ;;
        *) return 0 ;;
        esac
    fi
    [ "${COMP_WORDS[at]}" != : ] && [ "$cur" != : ] || return 0
    ! _batond_value "${COMP_WORDS[at]}" || return 0
    case $cur in
    -*)
        _batond_reply compgen -W '--config --listen --set --check --print --defaults --explain --header --method
            --reload --version --help -c -l -o -t -T -H -X -V -h' -- "$cur"
        ;;
    *)
        compopt -o filenames 2>/dev/null
        _batond_reply compgen -d -- "$cur"
        ;;
    esac
}

complete -F _batond batond
