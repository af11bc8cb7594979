"""What Pulumi runs: the layer that the stack's name says, of the site it says."""

from infra.programs.layer import run_stack

run_stack()
