"""Exit codes: part of the contract with scripts, listed in docs/operator/exit-codes.md."""

from enum import IntEnum


class ExitCode(IntEnum):
    OK = 0
    INTERNAL = 1  # a fault of Estran itself
    USAGE = 2  # a command, option or argument that does not exist
    INVALID_INPUT = 3  # a file or a value that can't be used
    REFUSED = 4  # a rule, a policy or a quota said no
    UNREACHABLE = 5  # an API server, a Prometheus or a registry does not answer
    MISSING_DATA = 6  # a meter, an interval or a factor is not there; no figure was invented
    MISSING_TOOL = 7  # an engine or a system package is not on this machine
    CONFLICT = 8  # something else holds the port, the lock or the cluster
    STORAGE = 9  # the disk is full or a folder can't be written
    LAYER = 10  # Pulumi began a layer and could not bring it through
    INTERRUPTED = 130  # Ctrl-C
