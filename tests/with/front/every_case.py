# SPDX-License-Identifier: MIT
"""Every case, by its family, in the order in which they are written."""

import cases
import cases_head


def load():
    values = [value for module in (cases, cases_head) for value in vars(module).values()]
    generators = [value for value in values if hasattr(value, "family")]
    return [cases.Case(generate.family, said, wire, **more)
            for generate in generators for said, wire, more in generate()]
