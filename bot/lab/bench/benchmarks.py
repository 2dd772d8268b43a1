"""All benchmarks, in the order in which they run."""

from bot.lab.bench.followups import FOLLOWUP_BENCHMARK
from bot.lab.bench.http import HTTP_BENCHMARK
from bot.lab.bench.memory import MEMORY_BENCHMARK
from bot.lab.bench.reading import READING_BENCHMARK
from bot.lab.bench.search import SEARCH_BENCHMARK
from bot.lab.bench.size import SIZE_BENCHMARK
from bot.lab.bench.start import START_BENCHMARK
from bot.lab.bench.telegram import TELEGRAM_BENCHMARK
from bot.lab.bench.turns import TURNS_BENCHMARK

BENCHMARKS = (
    TURNS_BENCHMARK,
    HTTP_BENCHMARK,
    SIZE_BENCHMARK,
    START_BENCHMARK,
    MEMORY_BENCHMARK,
    SEARCH_BENCHMARK,
    READING_BENCHMARK,
    FOLLOWUP_BENCHMARK,
    TELEGRAM_BENCHMARK,
)
