/* SPDX-License-Identifier: MIT */
/* config/config.h: the configuration of one generation (header only).
 *
 * Every key is one row of config/schema.def, which the parser, the bounds, -T, --defaults and the error report all read.
 * config/load fills it. What is wrong with a value that only whoever opens it can know is reported with its place by
 * config/blame.
 *
 * Ownership: everything in it is owned by it.
 * Threads:   loaded by one; const from then on, and read by all.
 * Units:     in the names: _ms milliseconds, _len and _size bytes.
 */
#ifndef BATON_CONFIG_CONFIG_H
#define BATON_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct written;

enum accept_mode { ACCEPT_HANDOFF, ACCEPT_REUSEPORT };
enum sandbox_mode { SANDBOX_YES, SANDBOX_NO, SANDBOX_REQUIRE };
enum log_format { LOG_FORMAT_COMBINED, LOG_FORMAT_JSON };
enum log_full { LOG_FULL_DROP, LOG_FULL_WAIT };
enum etag_mode { ETAG_STAT, ETAG_CONTENT, ETAG_OFF };

enum { CONFIG_NETWORKS_MAX = 256 };

/* "auto" where 0 is a value like any. */
#define CONFIG_AUTO UINT64_MAX

/* What `auto` is at most for server.cache_memory. */
#define CONFIG_CACHE_MEMORY_AUTO (UINT64_C(64) << 20)

/* What a key marked * adds up to. */
struct strings {
    char **v; /* owned, each and all */
    size_t n;
};

struct config_server {
    uint64_t workers;         /* 0 = auto */
    int accept;               /* enum accept_mode */
    uint64_t max_connections; /* 0 = auto */
    char *user;               /* owned; NULL = stay who it is */
    char *group;              /* owned; NULL = the user's own */
    int sandbox;              /* enum sandbox_mode */
    struct strings sandbox_path;
    uint64_t busy_poll_ms; /* 0 = off */
    uint64_t cache_memory; /* CONFIG_AUTO = auto */
    uint64_t cache_file_max;
    uint64_t cache_ttl_ms;
    uint64_t drain_delay_ms;
    uint64_t drain_timeout_ms;
    struct strings include; /* as written; already followed */
};

struct config_listen {
    char *name; /* owned; the word after "listen" */
    struct strings address;
    uint64_t backlog;
    bool defer_accept;
    bool proxy_protocol;
    struct strings trusted_proxy; /* networks as base/cidr reads them, CONFIG_NETWORKS_MAX at most */
};

struct config_limits {
    uint64_t header_timeout_ms;
    uint64_t body_timeout_ms;
    uint64_t keepalive_timeout_ms;
    uint64_t keepalive_requests; /* 0 = no limit */
    uint64_t send_timeout_ms;
    uint64_t min_send_rate; /* bytes a second; 0 = off */
    uint64_t header_size;
    uint64_t header_count;
    uint64_t uri_size;
    uint64_t body_size;
    uint64_t connections_per_ip; /* 0 = no limit */
    uint64_t ranges;             /* in one request; more: the whole file is sent */
};

struct config_log {
    char *access; /* owned; NULL = off, "stdout", or a path that starts with / */
    int format;   /* enum log_format */
    int full;     /* enum log_full */
    char *error;  /* owned; "stderr" or a path */
    int level;    /* enum log_level of base/log.h */
};

struct config_status {
    struct strings address; /* none: off */
};

struct config_site {
    char *name; /* owned */
    char *root; /* owned; absolute */
    struct strings index;
    struct strings precompressed; /* suffixes of http/coding.def, each once, the preferred one first */
    int etag;                     /* enum etag_mode */
    struct strings cache;         /* "PATTERN VALUE" each: one space, and VALUE is that of Cache-Control */
    struct strings
        mime; /* ".ext type/subtype" or "name type/subtype" each, with one space: the extension in lower case, the
                          * name as it was written, each of them once */
};

struct config {
    struct config_server server;
    struct config_listen *listens; /* owned array */
    size_t n_listens;
    struct config_limits limits;
    struct config_log log;
    struct config_status status;
    struct config_site *sites; /* owned array */
    size_t n_sites;
    char *gave_way;          /* owned; where [site default] is, which gave way to another; NULL where none did */
    struct buf effective;    /* what -T prints: each line with its origin */
    struct written *written; /* owned; where each value stands, for config/blame */
};

/* What the command line and the environment say about the configuration. All of it is borrowed. */
struct config_args {
    const char *file;          /* -c; NULL = none is read */
    bool may_wait;             /* nobody waits for us: the file may be a FIFO, and is waited for (text/source) */
    const char *root;          /* ROOT, or NULL */
    const char *const *listen; /* -l, n_listen of them */
    size_t n_listen;
    const char *const *set; /* -o SECTION.KEY=VALUE, n_set of them */
    size_t n_set;
    const char *const *environment; /* NAME=VALUE each, up to a NULL, as environ(7); NULL = none is looked at */
};

#endif
