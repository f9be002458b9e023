# The programs are built for the machine that builds them. Swift cannot ask what instructions that
# has, so NATIVE says it: FMA for AVX2, which all processors with it have beside FMA; VNNI for
# AVX-512 with its instruction for int8; DOTPROD for arm64's. A plain `swift build -c release` works too.
# Without sse4a: AMD's SSE4a instructions have no AVX form; LLVM uses them between AVX ones, and each switch
# takes hundreds of cycles.
NATIVE := -Xcc -march=native -Xcc -mno-sse4a
ifneq ($(filter arm64 aarch64,$(shell uname -m)),)
  NATIVE := -Xcc -mcpu=native
  ifneq ($(shell (cat /proc/cpuinfo; sysctl hw.optional.arm.FEAT_DotProd) 2>/dev/null | grep -iwEm1 'asimddp|FEAT_DotProd: 1'),)
    NATIVE += -Xswiftc -DDOTPROD
  endif
else ifneq ($(shell (cat /proc/cpuinfo; sysctl -n machdep.cpu.leaf7_features) 2>/dev/null | grep -iwm1 avx2),)
  NATIVE += -Xswiftc -DFMA
endif
ifneq ($(shell (cat /proc/cpuinfo; sysctl -n machdep.cpu.leaf7_features) 2>/dev/null | grep -iwEm1 'avx512_?vnni'),)
  NATIVE += -Xswiftc -DVNNI
endif

# Statically linked programs start in a third of the time; Apple's linker has no such thing.
ifeq ($(shell uname -s),Linux)
  STATIC := -Xswiftc -static-executable
endif

BUILD := swift build -c release --scratch-path .build-native $(NATIVE) $(STATIC)
STORIES15M := https://huggingface.co/karpathy/tinyllamas/resolve/main/stories15M.bin
LLAMA2_VOCABULARY := https://github.com/karpathy/llama2.c/raw/master/tokenizer.bin
SMOLLM2 := https://huggingface.co/unsloth/SmolLM2-135M-Instruct-GGUF/resolve/main/SmolLM2-135M-Instruct-Q4_K_M.gguf
SMOLLM2_FILE := models/SmolLM2-135M-Instruct-Q4_K_M.gguf

# In the order in which data flows through them.
LIBRARY := LlamaError Linux Memory JSON Config TensorName Matrix Weights Vector Activations \
  Products BlockProducts Int8Products Int8Grouping Int8Blocks Int8VNNI Int8AVX2 Int8NEON Int8Portable \
  $(addprefix Formats/,BlockFormat Float32 Halves Int8Groups Q8_0 Q4 Q5 Q2_K Q3_K Q4_K Q5_K Q6_K) \
  GGUF GGUFModel Llama2C Checkpoint Threads Steps Attention KVCache RunState BlockAttention ForwardStep Transformer \
  UnicodeTable Pretokenizer Vocabulary Merger Tokenizer GenerationOptions Sampler Candidates \
  TemplateText ChatTemplate TextJoiner SharedReads \
  Grammar JSONText NumberRange Regex Schema ScalarAutomaton SchemaCompiler JSONSchema \
  TokenTrie Automaton Pattern Matcher Draft TextContext Llama ScoredToken BeamSearch Generation Prefix \
  Transcript Chat ComputeThread TextStream Batch ChatSession ../Llama2Foundation/LocalizedError

.PHONY: all demo test bench single smollm2 corpus model stories15M format clean toolchain

all: toolchain  ## build ./run, ./export, ./look and ./train
	@$(BUILD) --product run
	@$(BUILD) --product export
	@$(BUILD) --product look
	@$(BUILD) --product train
	@cp -f $(addprefix .build-native/release/,run export look train) .

demo: toolchain  ## build ./run and tell a story
	@$(BUILD) --product run
	@cp -f .build-native/release/run .
	./run models/stories.bin -t 0.8 -s 17

look: toolchain  ## build ./look, and open a page of what the model that ships computes for a text
	@$(BUILD) --product look
	@cp -f .build-native/release/look .
	./look models/stories.bin -i "Once upon a time, a little fox" -t 0.8 -s 3
	@{ open look.html || xdg-open look.html; } >/dev/null 2>&1 || true

COMPUTATION := --filter 'KernelTests|ForwardTests|ForwardStepTests|SameBitsTests|KVCacheTests|Llama2Tests.FormatTests|TrainingTests|DraftTests|Llama2Tests.BatchTests'
AVX2 := -Xcc -march=haswell -Xswiftc -DFMA

test: toolchain  ## run every test, and those of the computation in the native build, and for AVX2, as well
	swift test -c release
	swift test -c release --scratch-path .build-native-test $(NATIVE) $(COMPUTATION)
ifneq ($(findstring VNNI,$(NATIVE)),)
	swift test -c release --scratch-path .build-avx2-test $(AVX2) $(COMPUTATION)
endif

test-browser: toolchain  ## click through pages of ./look in headless Chromium
	@$(BUILD) --product look
	@command -v python3 >/dev/null || { echo "make: test-browser needs Python: install python3" >&2; exit 1; }
	python3 Tests/browser/look.py .build-native/release/look

bench: toolchain  ## measure this machine, or ARGS=model.gguf on it: tokens per second, beside its limits
	@$(BUILD) --product run >&2
	@$(BUILD) --product bench >&2
	@cp -f .build-native/release/run .
	@.build-native/release/bench $(ARGS)

single:  ## write the library as one file
	@mkdir -p build
	@{ echo "// llama2.swift in one file, from Sources/Llama2. MIT License."; \
	  for file in $(LIBRARY); do echo; sed -e 's/^\( *\)package /\1/' -e '/^ *@inlinable$$/d' -e '/^import Llama2$$/d' Sources/Llama2/$$file.swift; done; \
	} > build/llama2.swift
	@echo "build/llama2.swift: add it to a project, or compile it with yours: swiftc -O"

smollm2: all $(SMOLLM2_FILE)  ## fetch a small chat model, SmolLM2-135M-Instruct in 4 bits (about 100 MB)
	@echo "now: ./run $(SMOLLM2_FILE) -m chat"

# A download that was interrupted goes on where it ended; of a whole one curl has nothing to fetch,
# which is an error of HTTP's (416). What came is a model if it begins as a
# GGUF file does, not as the page of a login or an error, and if run can start with it.
$(SMOLLM2_FILE): | all
	@mkdir -p models
	curl -fL --retry 3 -C - -o $@.part $(SMOLLM2) || ./run $@.part -n 1 >/dev/null 2>&1
	@test "$$(head -c 4 $@.part | tr -d '\0')" = GGUF || { rm -f $@.part; \
	  echo "make: $(SMOLLM2) gave something else than a GGUF file: try again later" >&2; exit 1; }
	@./run $@.part -n 1 >/dev/null || { rm -f $@.part; exit 1; }
	@mv $@.part $@

# The model that ships: what its stories are written by, how many there are, with a chat of two more for each,
# and how it learns them.
CORPUS := Sources/train/Random.swift $(wildcard models/corpus/*.swift models/corpus/Plots/*.swift)
STORIES := --count 50000
TRAINING := --vocab-size 4096 --dim 192 --layers 5 --heads 6 --kv-heads 3 --hidden-dim 512 \
  --seq-len 512 --batch 4 --gradient-accumulation 1 --learning-rate 2e-3 --beta2 0.99 --warmup 200 --steps 30000

build/corpus: $(CORPUS) | toolchain
	@mkdir -p build
	swiftc -O -swift-version 6 $(CORPUS) -o $@

corpus: build/corpus  ## write the stories that the model is trained on
	@build/corpus $(or $(ARGS),$(STORIES))

model: build/corpus  ## make models/stories.bin and its vocabulary from nothing, or go on: ARGS=--resume
	@$(BUILD) --product train
	@mkdir -p build/model
	build/corpus $(STORIES) > build/stories.txt
	.build-native/release/train build/stories.txt --out build/model/stories.bin $(TRAINING) $(ARGS)
	cp build/model/stories.bin build/model/stories.svg models
	cp build/model/tokenizer.bin .

stories15M:  ## fetch karpathy's 15M checkpoint and the Llama 2 vocabulary
	@mkdir -p models/stories15M
	curl -fL --retry 3 -o models/stories15M/stories15M.bin.part $(STORIES15M)
	mv models/stories15M/stories15M.bin.part models/stories15M/stories15M.bin
	curl -fL --retry 3 -o models/stories15M/tokenizer.bin.part $(LLAMA2_VOCABULARY)
	mv models/stories15M/tokenizer.bin.part models/stories15M/tokenizer.bin
	@echo "now: ./run models/stories15M/stories15M.bin"

format: toolchain  ## format every Swift file
	swift format --in-place --recursive Package.swift Sources Tests models/corpus

clean:  ## remove what was built
	rm -rf .build .build-native .build-native-test .build-avx2-test build run export look look.html train

toolchain:
	@command -v swift >/dev/null || { echo "make: no Swift toolchain found: get Swift 6 at https://www.swift.org/install" >&2; exit 1; }
