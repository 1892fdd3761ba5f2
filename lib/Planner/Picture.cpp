// Pictures of plans: SVG with hover titles, and an HTML page around it.
#include "hewn/Planner/Report.h"
#include <algorithm>
#include <cstdio>

using namespace hewn::planner;

namespace {
struct Box {
  int64_t first, last;
  Bytes offset, bytes;
  std::string title;
  int kind; ///< 0 activation, 1 input, 2 output, 3 reloaded, 4 scratch
};

const char *const kFill[] = {"#7aa6d8", "#8fc48f", "#d8a65c", "#c98bc4", "#bbbbbb"};

std::string escaped(const std::string &text) {
  std::string out;
  for (char c : text)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

/// Boxes over time and address; `marks` are vertical ticks below (loads and stores).
class Picture {
public:
  Picture(std::vector<Box> boxes, Bytes capacity, std::string footer)
      : boxes(std::move(boxes)), capacity(capacity), footer(std::move(footer)) {
    first = INT64_MAX, last = INT64_MIN;
    for (const Box &box : this->boxes) {
      first = std::min(first, box.first), last = std::max(last, box.last);
      top = std::max(top, box.offset + box.bytes);
    }
    if (this->boxes.empty())
      first = 0, last = 1;
    top = std::max<Bytes>({top, capacity, 1});
  }

  void mark(int64_t step, bool load, const std::string &title) {
    double x = atTime(step) + (load ? 0 : atTime(step + 1) - atTime(step));
    double y = kTop + kHeight + (load ? 14 : 34);
    marks += "<path d=\"M" + number(x) + " " + number(y) + (load ? " l-3 8 h6 z" : " l-3 -8 h6 z") + "\" fill=\"" +
             (load ? "#a0479a" : "#b8602a") + "\"><title>" + escaped(title) + "</title></path>\n";
  }

  std::string draw() const {
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 720\" font-family=\"sans-serif\" "
                      "font-size=\"12\">\n<rect width=\"1200\" height=\"720\" fill=\"white\"/>\n";
    for (const Box &box : boxes) {
      double x = atTime(box.first), y = atAddress(box.offset + box.bytes);
      out += "<rect class=\"box\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" +
             number(atTime(box.last) - x) + "\" height=\"" + number(atAddress(box.offset) - y) + "\" fill=\"" +
             kFill[box.kind] + "\" stroke=\"white\" stroke-width=\"0.5\"><title>" + escaped(box.title) +
             "</title></rect>\n";
    }
    out += liveLine();
    if (capacity > 0)
      out += line(atAddress(capacity), "#c22", "") + "<text x=\"" + number(kLeft + kWidth - 4) + "\" y=\"" +
             number(atAddress(capacity) - 4) + "\" text-anchor=\"end\" fill=\"#c22\">capacity " +
             std::to_string(capacity) + "</text>\n";
    for (int k = 0; k <= 4; ++k) {
      Bytes address = top / 4 * k;
      out += "<text x=\"" + number(kLeft - 6) + "\" y=\"" + number(atAddress(address) + 4) + "\" text-anchor=\"end\">" +
             std::to_string(address) + "</text>\n";
    }
    out += "<text x=\"" + number(kLeft) + "\" y=\"" + number(kTop + kHeight + 62) + "\">steps " +
           std::to_string(first) + " to " + std::to_string(last) +
           (marks.empty() ? "" : "; ▲ loads before, ▼ stores after a step") + "</text>\n" + marks;
    out += "<text class=\"footer\" x=\"" + number(kLeft) + "\" y=\"" + number(kTop + kHeight + 84) + "\">" +
           escaped(footer) + "</text>\n";
    return out + "</svg>\n";
  }

private:
  static constexpr double kLeft = 100, kTop = 20, kWidth = 1080, kHeight = 600;
  double atTime(int64_t time) const {
    return kLeft + kWidth * (double(time) - double(first)) / (double(last) - double(first));
  }
  double atAddress(Bytes address) const { return kTop + kHeight * (1 - double(address) / double(top)); }
  static std::string line(double y, const char *colour, const char *dash) {
    return "<line x1=\"" + number(kLeft) + "\" x2=\"" + number(kLeft + kWidth) + "\" y1=\"" + number(y) + "\" y2=\"" +
           number(y) + "\" stroke=\"" + colour + "\" stroke-dasharray=\"" + dash + "\"/>";
  }
  /// The live bytes over time, dashed: nothing can be lower than its top.
  std::string liveLine() const {
    std::vector<std::pair<int64_t, Bytes>> events;
    for (const Box &box : boxes)
      events.push_back({box.first, box.bytes}), events.push_back({box.last, -box.bytes});
    std::sort(events.begin(), events.end());
    Bytes live = 0;
    std::string path;
    for (size_t e = 0; e < events.size();) {
      int64_t time = events[e].first;
      double before = atAddress(live);
      for (; e < events.size() && events[e].first == time; ++e)
        live += events[e].second;
      path += (path.empty() ? "M" : "L") + number(atTime(time)) + " " + number(before) + "L" + number(atTime(time)) +
              " " + number(atAddress(live));
    }
    return path.empty() ? "" : "<path d=\"" + path + "\" fill=\"none\" stroke=\"#222\" stroke-dasharray=\"4 3\"/>\n";
  }

  std::vector<Box> boxes;
  Bytes capacity, top = 0;
  std::string footer, marks;
  int64_t first, last;
};
} // namespace

std::string hewn::planner::packingSvg(const PackingProblem &problem, const std::vector<Bytes> &offsets) {
  std::vector<Box> boxes;
  Bytes height = 0;
  for (size_t i = 0; i < problem.buffers.size() && i < offsets.size(); ++i) {
    const Buffer &buffer = problem.buffers[i];
    std::string id = buffer.id.empty() ? std::to_string(i) : buffer.id;
    boxes.push_back({buffer.lower, buffer.upper, offsets[i], buffer.size,
                     "buffer " + id + ": [" + std::to_string(buffer.lower) + ", " + std::to_string(buffer.upper) +
                         "), " + std::to_string(buffer.size) + " bytes at " + std::to_string(offsets[i]),
                     0});
    height = std::max(height, offsets[i] + buffer.size);
  }
  std::string footer = std::to_string(boxes.size()) + " buffers, height " + std::to_string(height);
  return Picture(std::move(boxes), problem.capacity.value_or(0), footer).draw();
}

std::string hewn::planner::residencySvg(const Graph &graph, const ResidencyPlan &plan, Bytes capacity) {
  std::vector<Box> boxes;
  std::vector<bool> read(graph.tensors.size(), false);
  for (const Operator &op : graph.ops)
    for (int32_t tensor : op.in)
      read[size_t(tensor)] = true;
  auto nameOf = [&](int32_t buffer) {
    std::string name;
    for (int32_t tensor : plan.buffers[size_t(buffer)].tensors)
      name += (name.empty() ? "tensor " : ", ") + std::to_string(tensor) + " " + graph.tensors[size_t(tensor)].name;
    return name;
  };
  std::vector<bool> seen(plan.buffers.size(), false);
  for (const Piece &piece : plan.pieces) {
    const ResidentBuffer &buffer = plan.buffers[size_t(piece.buffer)];
    bool again = seen[size_t(piece.buffer)];
    seen[size_t(piece.buffer)] = true;
    int kind = again ? 3 : buffer.backed ? 1 : !read[size_t(buffer.tensors.back())] ? 2 : 0;
    boxes.push_back({piece.first, piece.last, piece.offset, buffer.bytes,
                     nameOf(piece.buffer) + ": steps [" + std::to_string(piece.first) + ", " +
                         std::to_string(piece.last) + "), " + std::to_string(buffer.bytes) + " bytes at " +
                         std::to_string(piece.offset) + (again ? ", loaded again" : ""),
                     kind});
  }
  std::string footer = graph.name + ": " + toString(plan.status) + ", " + std::to_string(plan.cost) +
                       " bytes moved (bound " + std::to_string(plan.lowerBound) + "), height " +
                       std::to_string(plan.height) + " of " + std::to_string(capacity) + ", solver " + plan.solver;
  Picture picture(std::move(boxes), capacity, footer);
  for (const Copy &copy : plan.copies)
    if (!copy.compulsory)
      picture.mark(copy.step, copy.load,
                   (copy.load ? "load " : "store ") + nameOf(copy.buffer) + ", " + std::to_string(copy.bytes) +
                       " bytes");
  return picture.draw();
}

std::string hewn::planner::htmlPage(const std::string &title, const std::string &svg, const std::string &report) {
  return "<!doctype html>\n<meta charset=\"utf-8\">\n<title>" + escaped(title) +
         "</title>\n<style>body{font:14px "
         "sans-serif;margin:1em}svg{width:100%;height:auto}rect.box.hit{stroke:#000;stroke-width:2}"
         "#lens{min-height:1.4em;font-weight:bold}details "
         "pre{max-height:30em;overflow:auto;background:#f4f4f4}</style>\n<h1>" +
         escaped(title) + "</h1>\n<p id=\"lens\">Point at a box.</p>\n" + svg +
         "<details><summary>Report</summary><pre id=\"report\">" + escaped(report) +
         "</pre></details>\n<script>\nconst lens = document.getElementById('lens');\n"
         "for (const box of document.querySelectorAll('rect.box')) {\n"
         "  box.addEventListener('mouseenter', () => { lens.textContent = box.textContent; box.classList.add('hit'); "
         "});\n"
         "  box.addEventListener('mouseleave', () => box.classList.remove('hit'));\n}\n</script>\n";
}
