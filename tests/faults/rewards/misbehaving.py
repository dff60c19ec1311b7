"""Rewards as nobody should write them: what each does is in its name. Not a test file."""

import ctypes
import gc
import io
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import torch

HALF = 0.5


def half(works):
    return np.full(len(works), HALF)


# What is answered


def answers_nothing(works, prompts):
    half(works)


def answers_one_number(works, prompts):
    return HALF


def answers_a_word(works, prompts):
    return "good"


def answers_numbers_as_words(works, prompts):
    return ["0.5"] * len(works)


def answers_bytes(works, prompts):
    return [b"0.5"] * len(works)


def answers_complex_numbers(works, prompts):
    return half(works) + 0.1j


def answers_dates(works, prompts):
    return np.zeros(len(works), "datetime64[s]")


def answers_too_few(works, prompts):
    return half(works)[1:]


def answers_too_many(works, prompts):
    return [HALF] * (len(works) + 1)


def answers_a_column(works, prompts):
    return half(works)[:, None]


def answers_ragged_rows(works, prompts):
    return [[HALF] * n for n in range(1, len(works) + 1)]


def answers_a_mapping(works, prompts):
    return dict.fromkeys(range(len(works)), HALF)


def answers_a_generator(works, prompts):
    return (HALF for _ in range(len(works)))


def answers_without_end(works, prompts):
    return itertools.repeat(HALF)


def answers_nones(works, prompts):
    return [None] * len(works)


def answers_itself(works, prompts):
    answer = []
    answer.append(answer)
    return answer


class Hostile:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("no array")


def answers_what_is_no_array(works, prompts):
    return Hostile()


def answers_a_function(works, prompts):
    return half


def answers_per_cent(works, prompts):
    return 100 * half(works)


def answers_a_little_too_much(works, prompts):
    return half(works) + 0.51


def answers_below_nothing(works, prompts):
    return half(works) - 1


def answers_infinity(works, prompts):
    return np.full(len(works), np.inf)


def answers_nan(works, prompts):
    return np.full(len(works), np.nan)


def answers_beyond_floats(works, prompts):
    return [10**400] * len(works)


def answers_what_is_masked(works, prompts):
    return np.ma.masked_array(half(works), mask=True)


def answers_with_gradients(works, prompts):
    return torch.full((len(works),), HALF, requires_grad=True)


def answers_far_too_much(works, prompts):
    return np.ones(10**7)


# What is raised


def raises(works, prompts):
    raise ValueError("I do not like it")


def raises_of_some_works(works, prompts):
    if (works.tokens[:, 0] == 3).any():
        raise LookupError("three")
    return half(works)


def exits(works, prompts):
    sys.exit()


def exits_with_success(works, prompts):
    raise SystemExit(0)


def interrupts(works, prompts):
    raise KeyboardInterrupt


class Odd(BaseException):
    pass


def raises_what_is_no_exception(works, prompts):
    raise Odd("odd")


def ends_a_generator(works, prompts):
    raise GeneratorExit


def stops_an_iteration(works, prompts):
    raise StopIteration


def recurs(works, prompts):
    return recurs(works, prompts)


class SpeechlessError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def raises_what_cannot_be_said(works, prompts):
    raise SpeechlessError


def raises_screens_of_text(works, prompts):
    raise ValueError("\x1b[2J\r" + "no " * 10**6)


def asks_for_a_petabyte(works, prompts):
    return np.ones(10**15)


def imports_what_is_not_there(works, prompts):
    import nothing_there  # noqa: F401


# What is edited


def edits_works(works, prompts):
    works.tokens[:] = 0
    return half(works)


def unlocks_works(works, prompts):
    works.tokens.flags.writeable = True
    works.tokens[:] = 0
    return half(works)


def edits_works_through_torch(works, prompts):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.from_numpy(works.tokens).fill_(0)
    return half(works)


def edits_works_in_memory(works, prompts):
    ctypes.memset(works.tokens.ctypes.data, 0, works.tokens.nbytes)
    return half(works)


def exchanges_works(works, prompts):
    object.__setattr__(works, "tokens", np.zeros_like(works.tokens))
    return half(works)


def clears_prompts(works, prompts):
    prompts.clear()
    return half(works)


def edits_what_was_asked(works, prompts):
    prompts[0].condition["length"] = 99
    return half(works)


def edits_a_prompt(works, prompts):
    object.__setattr__(prompts[0], "text", "something else")
    return half(works)


# What is changed around


def goes_elsewhere(works, prompts):
    os.chdir("/")
    return half(works)


def edits_the_environment(works, prompts):
    os.environ["MAKAR_RUNS"] = "/nowhere"
    os.environ.pop("PATH", None)
    return half(works)


def switches_gradients_off(works, prompts):
    torch.set_grad_enabled(False)
    return half(works)


def makes_floats_double(works, prompts):
    torch.set_default_dtype(torch.float64)
    return half(works)


def makes_tensors_nowhere(works, prompts):
    torch.set_default_device("meta")
    return half(works)


def takes_more_threads(works, prompts):
    torch.set_num_threads(2)
    return half(works)


def raises_on_division(works, prompts):
    np.seterr(all="raise")
    return half(works)


def seeds_numpy(works, prompts):
    np.random.seed(3)  # noqa: NPY002 - it misbehaves
    return half(works)


def seeds_torch(works, prompts):
    torch.manual_seed(3)
    return half(works)


def draws_at_random(works, prompts):
    return half(works) + 0 * random.random()


def ignores_signals(works, prompts):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return half(works)


def digs_deep(works, prompts):
    sys.setrecursionlimit(123_456)
    return half(works)


def keeps_garbage(works, prompts):
    gc.disable()
    return half(works)


def hides_warnings(works, prompts):
    warnings.simplefilter("ignore")
    return half(works)


def finds_other_modules(works, prompts):
    sys.path.insert(0, "/nowhere")
    return half(works)


def prints_elsewhere(works, prompts):
    sys.stdout = io.StringIO()
    return half(works)


def prints(works, prompts):
    print('{"event": "step"}')  # noqa: T201 - it misbehaves
    return half(works)


def goes_elsewhere_and_raises(works, prompts):
    os.chdir("/")
    raise ValueError("lost")


# What takes its time


def sleeps(works, prompts):
    time.sleep(600)


def computes_without_end(works, prompts):
    while True:
        pass


def swallows_exceptions(works, prompts):
    while True:
        try:
            time.sleep(600)
        except Exception:
            continue


# What only a process of its own survives


def swallows_everything(works, prompts):
    while True:
        try:
            time.sleep(600)
        except BaseException:
            continue


def stops_the_clock(works, prompts):
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        pass


def computes_in_one_piece(works, prompts):
    return sum(range(10**14))


def stops_itself(works, prompts):
    os.kill(os.getpid(), signal.SIGSTOP)
    return half(works)


def leaves_at_once(works, prompts):
    os._exit(0)


def kills_itself(works, prompts):
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(600)


def terminates_itself(works, prompts):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(600)


def sets_an_alarm(works, prompts):
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(600)


def reads_nowhere(works, prompts):
    return ctypes.string_at(0)


def aborts(works, prompts):
    os.abort()


def closes_everything(works, prompts):
    os.closerange(3, 1024)
    return half(works)


def writes_to_the_terminal(works, prompts):
    os.write(1, b'{"event": "step"}\n')
    return half(works)


def leaves_a_thread(works, prompts):
    threading.Thread(target=time.sleep, args=(600,)).start()
    return half(works)


def leaves_a_program(works, prompts):
    subprocess.Popen(["sleep", "611"])
    return half(works)


def reads_what_is_typed(works, prompts):
    input()
