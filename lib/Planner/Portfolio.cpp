// Which searches to run, in which order, with which limits. Run times of the search are heavy-tailed in the rank: most
// instances fall to a few thousand nodes under some rank and to none under others, so short restarts with random ranks
// carry the load, a few good static ranks get growing limits, and one of them grows fast enough to finish proofs.
#include "Search.h"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <numeric>
#include <pthread.h>

using namespace hewn::planner;

double hewn::planner::steadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {
/// Exponents of the product of an item's measures by which it is ranked, and how much chance is added.
struct RankRule {
  double length, size, fullest, average, start, noise;
};

// "total, length", "area, length", ...: a large exponent makes a measure the leading one.
constexpr RankRule kStaticRules[] = {
    {1, 0, 1e6, 0, 0, 0}, {1.001, 1, 0, 0, 0, 0}, {1e6, 0, 0, 1, 0, 0}, {1, 1, 1e6, 0, 0, 0},
    {0, 1, 1e6, 0, 0, 0}, {0, 1, 0, 0, 1e6, 0},   {1, 0, 0, 0, 1e6, 0}, {0, 0, 1e6, 1, 0, 0},
};
constexpr int64_t kShort = 1500;

struct Attempt {
  RankRule rule;
  int64_t nodeLimit;
  uint64_t seed;
};

uint64_t nextRandom(uint64_t &state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

double nextUnit(uint64_t &state) { return double(nextRandom(state) >> 11) / double(uint64_t(1) << 53); }

class Portfolio {
public:
  Portfolio(const Sections &sections, const PortfolioRequest &request);
  SearchOutcome run();

private:
  Attempt attemptAt(int32_t number);
  std::vector<int32_t> rank(const Attempt &attempt) const;
  void work();
  static void *enter(void *self) {
    static_cast<Portfolio *>(self)->work();
    return nullptr;
  }

  const Sections &sections;
  const PortfolioRequest &request;
  std::vector<double> length, size, fullest, average, start; ///< logarithms
  std::mutex mutex;
  std::vector<Attempt> sequence;                        ///< grows by rounds
  std::vector<std::unique_ptr<SearchOutcome>> outcomes; ///< by attempt
  uint64_t state;
  int32_t round = 0, next = 0;
  int64_t nodes = 0, steps = 0; ///< of finished attempts, counted in sequence order
  int32_t counted = 0;
  bool exhausted = false;
  std::atomic<int32_t> winner{INT32_MAX};
};

Portfolio::Portfolio(const Sections &sections, const PortfolioRequest &request)
    : sections(sections), request(request), state(request.seed) {
  for (const Item &item : sections.items) {
    Bytes most = 0;
    double sum = 0, count = 0;
    forEachSpan(item, [&](Span span) {
      for (int32_t s = span.first; s < span.last; ++s) {
        most = std::max(most, sections.live[size_t(s)]);
        sum += double(sections.live[size_t(s)]);
        count += 1;
      }
    });
    length.push_back(std::log(double(item.hull.last - item.hull.first)));
    size.push_back(std::log(double(item.size)));
    fullest.push_back(std::log(double(most)));
    average.push_back(std::log(sum / count));
    start.push_back(-std::log(double(item.hull.first) + 1));
  }
}

/// Called under the lock.
Attempt Portfolio::attemptAt(int32_t number) {
  while (size_t(number) >= sequence.size()) {
    int64_t growth = int64_t(1) << std::min(round, 40);
    int64_t proof = int64_t(6000 * std::pow(3.0, std::min(round, 25)));
    for (const RankRule &rule : kStaticRules)
      sequence.push_back({rule, kShort * growth, 0});
    for (int64_t k = 0, count = 16 * growth; k < count; ++k) {
      RankRule rule{};
      rule.length = nextUnit(state) * 2 - 0.5;
      rule.size = nextUnit(state) * 2 - 1;
      (k % 2 ? rule.fullest : rule.average) = nextUnit(state) * 10;
      rule.noise = nextUnit(state) / 2;
      sequence.push_back({rule, kShort, nextRandom(state)});
    }
    sequence.push_back({kStaticRules[0], proof, 0});
    ++round;
  }
  return sequence[size_t(number)];
}

std::vector<int32_t> Portfolio::rank(const Attempt &attempt) const {
  uint64_t noise = attempt.seed;
  const RankRule &rule = attempt.rule;
  std::vector<double> key(sections.items.size());
  for (size_t i = 0; i < key.size(); ++i)
    key[i] = rule.length * length[i] + rule.size * size[i] + rule.fullest * fullest[i] + rule.average * average[i] +
             rule.start * start[i] + (rule.noise > 0 ? rule.noise * nextUnit(noise) : 0);
  std::vector<int32_t> order(key.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    auto x = size_t(a), y = size_t(b);
    if (key[x] != key[y])
      return key[x] > key[y];
    if (size[x] + length[x] != size[y] + length[y])
      return size[x] + length[x] > size[y] + length[y];
    return a < b;
  });
  return order;
}

void Portfolio::work() {
  for (;;) {
    SearchRequest search;
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (exhausted || next > winner.load())
        return;
      search.number = next++;
      Attempt attempt = attemptAt(search.number);
      search.nodeLimit = attempt.nodeLimit;
      search.order = rank(attempt);
    }
    search.capacity = request.capacity;
    search.nodeLimit = std::min(search.nodeLimit, request.nodeLimit);
    search.workLimit = request.workLimit;
    search.stop = request.stop;
    search.deadline = request.deadline;
    search.winner = &winner;
    auto outcome = std::make_unique<SearchOutcome>(searchLayout(sections, search));
    std::lock_guard<std::mutex> lock(mutex);
    if (outcome->verdict != Verdict::Limit && search.number < winner.load())
      winner.store(search.number);
    if (outcomes.size() <= size_t(search.number))
      outcomes.resize(size_t(search.number) + 1);
    outcomes[size_t(search.number)] = std::move(outcome);
    // Limits are charged in sequence order, so that threads do not change where the sequence ends.
    while (size_t(counted) < outcomes.size() && outcomes[size_t(counted)] && counted <= winner.load() && !exhausted) {
      nodes += outcomes[size_t(counted)]->nodes;
      steps += outcomes[size_t(counted)]->work;
      if (outcomes[size_t(counted)]->verdict == Verdict::Limit)
        exhausted |= nodes >= request.nodeLimit || steps >= request.workLimit;
      ++counted;
    }
    exhausted |= request.stop && request.stop->load();
    exhausted |= request.deadline > 0 && steadySeconds() > request.deadline;
  }
}

SearchOutcome Portfolio::run() {
  // Searches recurse once per item: give each worker a stack that is deep enough.
  size_t stack = (size_t(16) << 20) + sections.items.size() * 2048;
  unsigned threads = std::max(1u, std::min(request.threads, 64u));
  std::vector<pthread_t> workers;
  for (unsigned t = 0; t < threads; ++t) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack);
    pthread_t worker;
    if (pthread_create(&worker, &attributes, &Portfolio::enter, this) == 0)
      workers.push_back(worker);
    pthread_attr_destroy(&attributes);
  }
  for (pthread_t worker : workers)
    pthread_join(worker, nullptr);
  SearchOutcome result;
  int32_t decided = winner.load();
  // An attempt behind the point where the limits ran out does not count: with one thread it would not have run.
  if (decided != INT32_MAX && decided < counted)
    result = std::move(*outcomes[size_t(decided)]);
  result.nodes = nodes;
  result.work = steps;
  return result;
}
} // namespace

SearchOutcome hewn::planner::searchPortfolio(const Sections &sections, const PortfolioRequest &request) {
  return Portfolio(sections, request).run();
}
