# One function per kind of thing Hewn builds. Only the imported targets MLIR and LLVM are ever linked: every other target of
# that package is a static archive, and a second copy of MLIR in a process breaks TypeIDs.
include_guard()

set_property(GLOBAL PROPERTY HEWN_LIBS "")

# hewn_add_core(NAME SOURCES... [DEPENDS...]): a library that knows neither LLVM nor MLIR.
function(hewn_add_core name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_library(Hewn::${name} ALIAS ${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  target_include_directories(${name} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set_property(GLOBAL APPEND PROPERTY HEWN_LIBS ${name})
endfunction()

# hewn_add_library(NAME SOURCES... [LINK libs...] [DEPENDS tablegen targets...]): dialects, passes, targets; uses MLIR.
# TEST_ONLY: not installed.
function(hewn_add_library name)
  cmake_parse_arguments(ARG "NO_PCH;TEST_ONLY" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_library(Hewn::${name} ALIAS ${name})
  add_dependencies(${name} hewn-headers ${ARG_DEPENDS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  target_include_directories(${name} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                               $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
                                               $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(HEWN_PCH AND NOT ARG_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM hewn_pch)
  endif()
  if(NOT ARG_TEST_ONLY)
    set_property(GLOBAL APPEND PROPERTY HEWN_LIBS ${name})
  endif()
endfunction()

# hewn_add_tool(NAME SOURCES... LINK libs...): an executable in bin/ that is installed.
function(hewn_add_tool name)
  cmake_parse_arguments(ARG "NO_PCH" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  if(HEWN_PCH AND NOT ARG_NO_PCH)
    target_link_libraries(${name} PRIVATE MLIR LLVM)
    target_precompile_headers(${name} REUSE_FROM hewn_pch)
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# hewn_tablegen(TD <generator args and outputs>...): in a folder of include/, collects the target on hewn-headers.
function(hewn_tablegen target)
  add_public_tablegen_target(${target})
  add_dependencies(hewn-headers ${target})
endfunction()

# hewn_add_passes(PREFIX): Passes.td in the current folder of include/ -> Passes.h.inc, registration named after PREFIX.
function(hewn_add_passes prefix)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name=${prefix})
  hewn_tablegen(Hewn${prefix}PassIncGen)
endfunction()

# hewn_add_unittest(NAME SOURCES... LINK libs...): a GoogleTest binary that ctest runs.
function(hewn_add_unittest name)
  cmake_parse_arguments(ARG "MLIR" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/unittests)
  if(ARG_MLIR)
    target_link_libraries(${name} PRIVATE MLIR LLVM)
    if(HEWN_PCH)
      target_precompile_headers(${name} REUSE_FROM hewn_pch)
    endif()
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_property(GLOBAL APPEND PROPERTY HEWN_UNITTESTS ${name})
endfunction()
