# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# One place for compiler flags and for the three kinds of target this project has.
# Includes are written from the repository's top: #include "firmware-proto/base/bytes.h".
include_guard(GLOBAL)
find_package(PkgConfig REQUIRED)

add_library(asv_flags INTERFACE)
target_include_directories(asv_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_compile_options(asv_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wcast-qual
  -fno-common -fstack-protector-strong -fno-strict-aliasing
  $<$<BOOL:${ASV_WERROR}>:-Werror>)
target_link_options(asv_flags INTERFACE -Wl,-z,relro,-z,now)
if(ASV_SANITIZE)
  target_compile_options(asv_flags INTERFACE -fsanitize=${ASV_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(asv_flags INTERFACE -fsanitize=${ASV_SANITIZE})
  if(ASV_SANITIZE MATCHES address AND CMAKE_C_COMPILER_ID STREQUAL GNU)
    # The simulated bus preloads a library into the daemon; a dynamic libasan refuses that.
    target_link_options(asv_flags INTERFACE -static-libasan)
  endif()
else()
  target_compile_options(asv_flags INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
endif()

if(ASV_FUZZ)
  # Coverage of everything, or the fuzzer is blind; main comes with the targets only.
  target_compile_options(asv_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# asv_library(NAME SOURCES... [LINK libs...] [HOSTED]): HOSTED code may use POSIX and GNU interfaces.
function(asv_library name)
  cmake_parse_arguments(A "HOSTED" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${A_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC asv_flags ${A_LINK})
  if(A_HOSTED)
    target_compile_definitions(${name} PRIVATE _GNU_SOURCE _FILE_OFFSET_BITS=64)
  endif()
endfunction()

# asv_program(NAME SOURCES... [LINK libs...])
function(asv_program name)
  cmake_parse_arguments(A "" "" "LINK" ${ARGN})
  add_executable(${name} ${A_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE asv_flags ${A_LINK})
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE _FILE_OFFSET_BITS=64)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# asv_test(NAME SUITE SOURCES... [LINK libs...] [ARGS args...] [THREADED] [POSTGRES]): a cmocka program; SUITE becomes
# the ctest label. POSTGRES: run by tests/sql/with-postgres. In the thread sanitizer's build only THREADED ones run, as suite
# "threads". The timeout is for what hangs, not for what is slow.
function(asv_test name suite)
  cmake_parse_arguments(A "THREADED;POSTGRES" "" "LINK;ARGS" ${ARGN})
  if(ASV_SANITIZE MATCHES thread)
    if(NOT A_THREADED)
      return()
    endif()
    set(suite threads)
  endif()
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
  add_executable(${name} ${A_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE asv_flags ${A_LINK} PkgConfig::CMOCKA)
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE _FILE_OFFSET_BITS=64
    ASV_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ASV_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(A_POSTGRES)
    set(wrap ${PROJECT_SOURCE_DIR}/tests/sql/with-postgres)
  endif()
  add_test(NAME ${suite}/${name} COMMAND ${wrap} $<TARGET_FILE:${name}> ${A_ARGS})
  set_tests_properties(${suite}/${name} PROPERTIES LABELS ${suite} TIMEOUT 1500 SKIP_RETURN_CODE 77)
  if(suite STREQUAL sweep)
    set_tests_properties(${suite}/${name} PROPERTIES COST 500) # long: started early
  endif()
endfunction()

# asv_fuzzer(NAME SOURCES... [LINK libs...] [RUNS n]): a libFuzzer target with its corpus in tests/fuzz/corpus/NAME (suite
# "fuzz"). RUNS: inputs, where the usual number takes too long.
# Without libFuzzer the same source is linked to a driver that runs the corpus once.
function(asv_fuzzer name)
  cmake_parse_arguments(A "" "RUNS" "LINK" ${ARGN})
  set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
  if(ASV_FUZZ)
    add_executable(fuzz_${name} ${A_UNPARSED_ARGUMENTS})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    set(run ${PROJECT_SOURCE_DIR}/tests/fuzz/run)
    set(runs ${A_RUNS})
  else()
    add_executable(fuzz_${name} ${A_UNPARSED_ARGUMENTS} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c)
  endif()
  add_dependencies(fuzzers fuzz_${name})
  add_test(NAME fuzz/${name} COMMAND ${run} $<TARGET_FILE:fuzz_${name}> ${corpus} ${runs})
  set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 300)
  target_link_libraries(fuzz_${name} PRIVATE asv_flags ${A_LINK})
  target_compile_definitions(fuzz_${name} PRIVATE _GNU_SOURCE _FILE_OFFSET_BITS=64)
endfunction()
