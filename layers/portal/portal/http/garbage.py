"""No search for garbage while a function starts: nearly all that it makes then stays, and each search goes through it.

Whoever answers requests imports this module before anything else; it counts in Lambda alone.
"""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()


def collect_from_now_on() -> None:
    """End the pause, if there is one: what was made until now is not looked at again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
