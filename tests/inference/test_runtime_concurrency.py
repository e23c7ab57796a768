"""One classifier among many threads, and in processes that start in the middle of its work."""

import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mentionlens import MentionClassifier, packaged_bundle_path
from tiny_bundle import COMMITTED

THREADS = 64
TEXTS = [
    "Paczka miała być w piątek, jest środa i cisza.",
    "",
    "😡" * 40,
    "Где мои деньги? " * 30,
    "\ud800 a\x00b",
    "@Пётр https://t.co/abc",
    *(f"gracias {'por nada ' * (7 * number % 23)}{number}" for number in range(14)),
]

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")


def run_script(code: str, bundle: Path, *, before: str = "") -> str:
    """Run code in a fresh interpreter, with `BUNDLE` and `TEXTS`; return its standard output."""
    head = f"BUNDLE = {str(bundle)!r}\nTEXTS = {TEXTS!a}\n"
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c"]
    script = head + before + textwrap.dedent(code)
    done = subprocess.run(
        [*command, script], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# Forks, lets the child answer, and returns what is wrong: nothing, or how it ended. The alarm ends
# a child that waits for ever, even inside of a library.
IN_A_FORK = """
import os, signal, sys, threading, time
from mentionlens import MentionClassifier

def in_a_fork(work):
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        try:
            os._exit(0 if work() else 3)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(4)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return None if code == 0 else f"the child ended with {code}"

"""


@pytest.mark.parametrize("bundle", [COMMITTED, packaged_bundle_path()], ids=["tiny", "packaged"])
def test_64_threads_that_open_it_together_get_the_answers_of_one(bundle):
    texts = TEXTS if bundle == COMMITTED else TEXTS[:6]
    serial = MentionClassifier(bundle, threads=1)
    alone = [serial.predict(text) for text in texts]
    together = serial.predict(texts)
    shared = MentionClassifier(bundle, threads=3)
    start = threading.Barrier(THREADS)

    def work(number):
        start.wait()
        # Each thread begins elsewhere; every third one asks for all at once.
        if number % 3 == 0:
            return shared.predict(texts) == together
        order = [*range(number % len(texts), len(texts)), *range(number % len(texts))]
        return all(shared.predict(texts[place]) == alone[place] for place in order)

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(work, range(THREADS)))


def test_streams_of_64_threads_keep_their_own_order():
    classifier = MentionClassifier(COMMITTED, threads=2)
    start = threading.Barrier(THREADS)

    def work(number):
        mentions = [f"{number} {'ab ' * (place % 11)}{place}" for place in range(60)]
        start.wait()
        rows = list(classifier.predict_iter(mentions, batch_size=3))
        return [row.text for row in rows] == mentions

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(work, range(THREADS)))


@needs_fork
def test_forks_while_other_threads_predict_answer_like_the_parent():
    out = run_script(
        """
        classifier = MentionClassifier(BUNDLE, threads=3)
        expected = classifier.predict(TEXTS)
        stop = threading.Event()

        def busy():
            while not stop.is_set():
                assert [row.text for row in classifier.predict_iter(TEXTS, 2)] == TEXTS

        threads = [threading.Thread(target=busy) for _ in range(4)]
        for thread in threads:
            thread.start()
        problems = [in_a_fork(lambda: classifier.predict(TEXTS) == expected) for _ in range(25)]
        stop.set()
        for thread in threads:
            thread.join()
        assert classifier.predict(TEXTS) == expected
        print(*filter(None, problems), "done")
        """,
        COMMITTED,
        before=IN_A_FORK,
    )
    assert out == "done\n"


@needs_fork
@pytest.mark.parametrize("bundle", [COMMITTED, packaged_bundle_path()], ids=["tiny", "packaged"])
def test_a_fork_while_another_thread_opens_it_does_not_hang(bundle):
    out = run_script(
        """
        problems = []
        for pause in (0, 0.002, 0.01, 0.03, 0.06, 0.1, 0.2):
            classifier = MentionClassifier(BUNDLE, threads=1)
            opening = threading.Thread(target=classifier.predict, args=("ab",))
            opening.start()
            time.sleep(pause)
            problems.append(in_a_fork(lambda: classifier.predict("ab").text == "ab"))
            opening.join()
        print(*filter(None, problems), "done")
        """,
        bundle,
        before=IN_A_FORK,
    )
    assert out == "done\n"


@needs_fork
def test_a_stream_that_is_half_read_goes_on_in_a_fork_and_in_its_parent():
    out = run_script(
        """
        classifier = MentionClassifier(BUNDLE, threads=2)
        mentions = [f"{'ab ' * (place % 9)}{place}" for place in range(100)]
        expected = list(classifier.predict_iter(mentions, batch_size=2))
        stream = classifier.predict_iter(mentions, batch_size=2)
        first = [next(stream) for _ in range(21)]
        print(in_a_fork(lambda: first + list(stream) == expected))
        print(first + list(stream) == expected)
        """,
        COMMITTED,
        before=IN_A_FORK,
    )
    assert out == "None\nTrue\n"


@needs_fork
def test_a_fork_of_a_fork_answers():
    out = run_script(
        """
        classifier = MentionClassifier(BUNDLE, threads=2)
        expected = classifier.predict(TEXTS)

        def child():
            right = classifier.predict(TEXTS) == expected
            return right and in_a_fork(lambda: classifier.predict(TEXTS) == expected) is None

        print(in_a_fork(child))
        """,
        COMMITTED,
        before=IN_A_FORK,
    )
    assert out == "None\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_started_while_it_predicts_answer_like_it(method, tmp_path):
    script = tmp_path / "script.py"
    # A file with a guard: the spawned process imports it.
    code = """
        import multiprocessing, sys, threading
        from mentionlens import MentionClassifier

        def main(method, bundle, texts):
            if method not in multiprocessing.get_all_start_methods():
                return print("none")
            classifier = MentionClassifier(bundle, threads=2)
            expected = classifier.predict(texts)
            stop = threading.Event()

            def busy():
                while not stop.is_set():
                    classifier.predict(texts)

            threads = [threading.Thread(target=busy) for _ in range(2)]
            for thread in threads:
                thread.start()
            with multiprocessing.get_context(method).Pool(2) as pool:
                answers = pool.map(classifier.predict, [texts] * 6)
            stop.set()
            for thread in threads:
                thread.join()
            print(all(rows == expected for rows in answers))

        if __name__ == "__main__":
            main(sys.argv[1], sys.argv[2], eval(sys.argv[3]))
        """
    script.write_text(textwrap.dedent(code), encoding="utf-8")
    command = [sys.executable, str(script), method, str(COMMITTED), ascii(TEXTS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    if done.stdout == "none\n":
        pytest.skip(f"no {method} on this platform")
    assert done.stdout == "True\n"
