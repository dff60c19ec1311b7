"""The command line in this process: ``invoke("train", "tune")`` and what came of it."""

from types import SimpleNamespace

from typer.testing import CliRunner

from makar.cli import assembled


def invoke(*words, catch_exceptions=True):
    """Run a command; ``exit_code``, ``output`` and ``exception`` of what came of it."""
    args = [str(word) for word in words]
    try:
        app = assembled(args)
    except Exception as fault:
        if not catch_exceptions:
            raise
        return SimpleNamespace(exit_code=1, output="", exception=fault)
    return CliRunner().invoke(app, args, catch_exceptions=catch_exceptions)
