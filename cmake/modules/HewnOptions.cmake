# Compiler, linker and cache settings, shared by every target. One set of flags for all, so that one precompiled header serves all.
add_compile_options(-Wall -Wextra -Wno-unused-parameter $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>
                    $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
  # A precompiled header is checked by content, so that ccache may hand it to another checkout.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-unknown-warning-option> "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
# Installed tools find libMLIR where it was found here.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

if(HEWN_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=address,undefined)
endif()

if(HEWN_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(HEWN_CCACHE ccache)
if(HEWN_CCACHE)
  # clang with a precompiled header only hits under these two settings.
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${HEWN_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
