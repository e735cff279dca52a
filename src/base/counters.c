/* SPDX-License-Identifier: MIT */
/* What can be said of a histogram. A request comes by only where it is counted, and that is inline; this is for those
 * who ask how it went. */

#include "base/counters.h"

uint64_t histogram_floor(unsigned bucket)
{
    if (bucket < 4)
        return bucket;
    return (uint64_t)(4 + bucket % 4) << (bucket / 4 - 1);
}

uint64_t histogram_count(const uint64_t buckets[HISTOGRAM_BUCKETS])
{
    uint64_t count = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        count += buckets[i];
    return count;
}

uint64_t histogram_quantile(const uint64_t buckets[HISTOGRAM_BUCKETS], unsigned per_mille)
{
    uint64_t count = histogram_count(buckets);
    uint64_t rank = count / 1000 * per_mille + (count % 1000 * per_mille + 999) / 1000;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (rank > 0 && rank <= buckets[i]) {
            uint64_t floor = histogram_floor(i), width = histogram_floor(i + 1) - floor;
            return floor + (uint64_t)((double)width * (double)rank / (double)buckets[i]);
        }
        rank -= buckets[i];
    }
    return 0;
}
