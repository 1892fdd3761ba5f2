// Walks the wire format of an ONNX file along the fields that Hewn needs and skips the rest. Tensor bytes are never
// touched.
#include "Model.h"
#include "Wire.h"
#include "llvm/Support/FormatVariadic.h"

using namespace hewn::import;

namespace {

/// One instance per file. Every function reads one message; the first error ends all reading.
class Reader {
public:
  explicit Reader(Source &source) : source(source), file(source.bytes()) {}

  void model(StringRef message, Model &to) {
    fields(message, "model", [&](WireReader &field) {
      switch (field.number()) {
      case 1:
        to.irVersion = integer(field);
        break;
      case 2:
        to.producer = text(field);
        break;
      case 3:
        to.producerVersion = text(field);
        break;
      case 7: // a repeated occurrence would have to be merged; nobody writes that
        if (to.graph)
          return fail("the model has two graphs");
        graph(bytes(field), to.graph.emplace(), 0);
        break;
      case 8:
        opset(bytes(field), to.opsets);
        break;
      case 25:
        function(bytes(field), add(to.functions));
        break;
      }
    });
  }

  std::optional<ReadError> error;

private:
  void fail(const llvm::Twine &what, bool tooLarge = false) {
    if (!error)
      error = ReadError{tooLarge, what.str()};
  }

  /// Calls `visit` for each field until the end or the first error.
  template <typename Visit> void fields(StringRef message, const char *what, Visit visit) {
    WireReader field(message, &source);
    while (!error && field.next())
      visit(field);
    if (field.malformed)
      fail(llvm::formatv("the {0} at byte {1} breaks off at byte {2}", what, message.data() - file.data(),
                         field.position() - file.data()));
  }

  bool wants(WireReader &field, WireType type, const char *what) {
    if (field.type() == type)
      return true;
    fail(llvm::formatv("field {0} before byte {1} is not {2}", field.number(), field.position() - file.data(), what));
    return false;
  }
  StringRef bytes(WireReader &field) { return wants(field, WireType::Bytes, "of bytes") ? field.bytes() : StringRef(); }
  /// A string, fetched.
  StringRef text(WireReader &field) {
    StringRef string = bytes(field);
    if (string.size() > kMaxText) {
      fail(llvm::formatv("a string of {0} bytes", string.size()), /*tooLarge=*/true);
      return {};
    }
    source.fetch(string);
    return string;
  }
  int64_t integer(WireReader &field) {
    return wants(field, WireType::Varint, "an integer") ? static_cast<int64_t>(field.value()) : 0;
  }

  /// Appends an object and counts it.
  template <typename List> typename List::value_type &add(List &list) {
    if (++objects > kMaxObjects)
      fail(llvm::formatv("more than {0} nodes, attributes, tensors and names", kMaxObjects), /*tooLarge=*/true);
    return list.emplace_back();
  }

  /// A repeated number, packed or not.
  template <typename Visit> void numbers(WireReader &field, WireType type, Visit visit) {
    if (field.type() != WireType::Bytes) {
      if (wants(field, type, "a number"))
        visit(field.value());
      return;
    }
    StringRef rest = field.bytes();
    if (rest.size() > kMaxText)
      return fail(llvm::formatv("a list of {0} bytes", rest.size()), /*tooLarge=*/true);
    source.fetch(rest);
    while (!rest.empty()) {
      uint64_t value = 0;
      if (type == WireType::Varint) {
        if (!takeVarint(rest, value))
          return fail("a list of integers breaks off");
      } else {
        if (rest.size() < 4)
          return fail("a list of floats breaks off");
        value = llvm::support::endian::read32le(rest.data());
        rest = rest.drop_front(4);
      }
      visit(value);
      if (error)
        return;
    }
  }

  static float toFloat(uint64_t bits) { return llvm::bit_cast<float>(static_cast<uint32_t>(bits)); }

  void opset(StringRef message, Opsets &to) {
    if (to.size() >= kMaxOpsets)
      return fail(llvm::formatv("more than {0} operator sets", kMaxOpsets), /*tooLarge=*/true);
    std::pair<StringRef, int64_t> &opset = add(to);
    opset.second = 1;
    fields(message, "opset import", [&](WireReader &field) {
      if (field.number() == 1)
        opset.first = text(field);
      else if (field.number() == 2)
        opset.second = integer(field);
    });
  }

  void entry(StringRef message, std::pair<StringRef, StringRef> &to) {
    fields(message, "entry", [&](WireReader &field) {
      if (field.number() == 1)
        to.first = text(field);
      else if (field.number() == 2)
        to.second = text(field);
    });
  }

  void tensor(StringRef message, Tensor &to) {
    to.message = message;
    fields(message, "tensor", [&](WireReader &field) {
      switch (field.number()) {
      case 1:
        numbers(field, WireType::Varint, [&](uint64_t dim) {
          if (to.dims.size() >= kMaxRank)
            return fail(llvm::formatv("a tensor has more than {0} dimensions", kMaxRank), /*tooLarge=*/true);
          to.dims.push_back(static_cast<int64_t>(dim));
        });
        break;
      case 2:
        to.type = integer(field);
        break;
      case 4:
      case 5:
      case 6:
      case 7:
      case 10:
      case 11:
        to.dataFields |= 1u << field.number();
        ++to.dataPieces;
        to.packed = field.type() == WireType::Bytes ? field.bytes() : StringRef();
        break;
      case 8:
        to.name = text(field);
        break;
      case 9:
        to.raw = bytes(field);
        break;
      case 13:
        entry(bytes(field), add(to.externalData));
        break;
      case 14:
        to.external = integer(field) == 1;
        break;
      }
    });
  }

  void shape(StringRef message, ValueType &to) {
    to.ranked = true;
    fields(message, "shape", [&](WireReader &field) {
      if (field.number() != 1)
        return;
      if (to.dims.size() >= kMaxRank)
        return fail(llvm::formatv("a value has more than {0} dimensions", kMaxRank), /*tooLarge=*/true);
      Dim &dim = to.dims.emplace_back();
      fields(bytes(field), "dimension", [&](WireReader &field) {
        if (field.number() == 1)
          dim.value = integer(field);
        else if (field.number() == 2)
          dim.param = text(field);
      });
    });
  }

  void type(StringRef message, ValueType &to) {
    fields(message, "type", [&](WireReader &field) {
      static constexpr std::pair<unsigned, ValueType::Kind> kinds[] = {
          {1, ValueType::TensorKind}, {4, ValueType::Sequence},     {5, ValueType::Map},
          {9, ValueType::Optional},   {8, ValueType::SparseTensor}, {7, ValueType::Opaque}};
      for (auto [number, kind] : kinds)
        if (field.number() == number)
          to.kind = kind;
      if (field.number() != 1)
        return;
      fields(bytes(field), "tensor type", [&](WireReader &field) {
        if (field.number() == 1)
          to.element = integer(field);
        else if (field.number() == 2)
          shape(bytes(field), to);
      });
    });
  }

  void value(StringRef message, ValueInfo &to) {
    fields(message, "value", [&](WireReader &field) {
      if (field.number() == 1)
        to.name = text(field);
      else if (field.number() == 2)
        type(bytes(field), to.type);
    });
  }

  void attribute(StringRef message, Param &to, unsigned depth) {
    int64_t stated = 0;
    Param::Kind seen = Param::Undefined;
    fields(message, "attribute", [&](WireReader &field) {
      switch (field.number()) {
      case 1:
        to.name = text(field);
        return;
      case 21:
        to.reference = text(field);
        return;
      case 20:
        stated = integer(field);
        return;
      case 2:
        if (wants(field, WireType::Fixed32, "a float"))
          to.f = toFloat(field.value());
        seen = Param::Float;
        return;
      case 3:
        to.i = integer(field);
        seen = Param::Int;
        return;
      case 4:
        to.s = text(field);
        seen = Param::String;
        return;
      case 5:
        tensor(bytes(field), add(to.tensors));
        seen = Param::TensorKind;
        return;
      case 6:
        graph(bytes(field), add(to.graphs), depth + 1);
        seen = Param::GraphKind;
        return;
      case 7:
        numbers(field, WireType::Fixed32, [&](uint64_t bits) { to.floats.push_back(toFloat(bits)); });
        seen = Param::Floats;
        return;
      case 8:
        numbers(field, WireType::Varint, [&](uint64_t value) { to.ints.push_back(static_cast<int64_t>(value)); });
        seen = Param::Ints;
        return;
      case 9:
        add(to.strings) = text(field);
        seen = Param::Strings;
        return;
      case 10:
        tensor(bytes(field), add(to.tensors));
        seen = Param::Tensors;
        return;
      case 11:
        graph(bytes(field), add(to.graphs), depth + 1);
        seen = Param::Graphs;
        return;
      case 14:
      case 15:
      case 22:
      case 23:
        seen = Param::Other;
        return;
      }
    });
    // Very old files state no type.
    static constexpr Param::Kind kinds[] = {Param::Undefined,  Param::Float,     Param::Int,    Param::String,
                                            Param::TensorKind, Param::GraphKind, Param::Floats, Param::Ints,
                                            Param::Strings,    Param::Tensors,   Param::Graphs, Param::Other,
                                            Param::Other,      Param::Other,     Param::Other};
    if (stated == 0)
      to.kind = seen;
    else if (stated > 0 && stated < int64_t(std::size(kinds)))
      to.kind = kinds[stated];
    else
      fail(llvm::formatv("an attribute has the unknown type {0}", stated));
    bool one = to.kind == Param::TensorKind || to.kind == Param::GraphKind;
    size_t tensors = to.kind == Param::TensorKind || to.kind == Param::Tensors ? to.tensors.size() : 0;
    size_t graphs = to.kind == Param::GraphKind || to.kind == Param::Graphs ? to.graphs.size() : 0;
    if (one && to.reference.empty() && tensors + graphs != 1)
      fail("an attribute of type tensor or graph does not hold exactly one");
  }

  void node(StringRef message, Node &to, unsigned depth) {
    fields(message, "node", [&](WireReader &field) {
      switch (field.number()) {
      case 1:
        add(to.inputs) = text(field);
        break;
      case 2:
        add(to.outputs) = text(field);
        break;
      case 3:
        to.name = text(field);
        break;
      case 4:
        to.op = text(field);
        break;
      case 5:
        attribute(bytes(field), add(to.attributes), depth);
        break;
      case 7:
        to.domain = text(field);
        break;
      case 8:
        to.overload = text(field);
        break;
      }
    });
  }

  void graph(StringRef message, Graph &to, unsigned depth) {
    if (depth > kMaxDepth)
      return fail(llvm::formatv("subgraphs are nested deeper than {0}", kMaxDepth), /*tooLarge=*/true);
    fields(message, "graph", [&](WireReader &field) {
      switch (field.number()) {
      case 1:
        node(bytes(field), add(to.nodes), depth);
        break;
      case 2:
        to.name = text(field);
        break;
      case 5:
        tensor(bytes(field), add(to.initializers));
        break;
      case 11:
        value(bytes(field), add(to.inputs));
        break;
      case 12:
        value(bytes(field), add(to.outputs));
        break;
      case 13:
        value(bytes(field), add(to.values));
        break;
      case 15: {
        Tensor values;
        fields(bytes(field), "sparse tensor", [&](WireReader &field) {
          if (field.number() == 1)
            tensor(bytes(field), values);
        });
        add(to.sparse) = values.name;
        break;
      }
      }
    });
  }

  void function(StringRef message, Function &to) {
    to.size = message.size();
    fields(message, "function", [&](WireReader &field) {
      switch (field.number()) {
      case 1:
        to.name = text(field);
        break;
      case 4:
        add(to.inputs) = text(field);
        break;
      case 5:
        add(to.outputs) = text(field);
        break;
      case 6:
        add(to.attributes) = text(field);
        break;
      case 7:
        node(bytes(field), add(to.nodes), 0);
        break;
      case 9:
        opset(bytes(field), to.opsets);
        break;
      case 10:
        to.domain = text(field);
        break;
      case 11:
        attribute(bytes(field), add(to.defaults), 0);
        break;
      case 12:
        value(bytes(field), add(to.values));
        break;
      case 13:
        to.overload = text(field);
        break;
      }
    });
  }

  Source &source;
  StringRef file;
  uint64_t objects = 0;
};

} // namespace

std::optional<ReadError> hewn::import::readModel(Source &source, Model &model) {
  Reader reader(source);
  reader.model(source.bytes(), model);
  return reader.error;
}

bool hewn::import::forEachElement(Source &source, StringRef message, unsigned number,
                                  llvm::function_ref<bool(uint64_t)> visit) {
  // Fields 4 (float) and 10 (double) are of fixed width, the others varints.
  unsigned width = number == 4 ? 4 : number == 10 ? 8 : 0;
  for (WireReader field(message, &source); field.next();) {
    if (field.number() != number)
      continue;
    if (field.type() != WireType::Bytes) {
      if (field.type() != (width == 4 ? WireType::Fixed32 : width == 8 ? WireType::Fixed64 : WireType::Varint))
        return false;
      if (!visit(field.value()))
        return true;
      continue;
    }
    if (field.bytes().size() > kMaxText) // more than decoded tensors may take
      return false;
    source.fetch(field.bytes());
    for (StringRef rest = field.bytes(); !rest.empty();) {
      uint64_t value;
      if (width) {
        if (rest.size() < width)
          return false;
        value =
            width == 4 ? llvm::support::endian::read32le(rest.data()) : llvm::support::endian::read64le(rest.data());
        rest = rest.drop_front(width);
      } else if (!takeVarint(rest, value)) {
        return false;
      }
      if (!visit(value))
        return true;
    }
  }
  return true;
}
