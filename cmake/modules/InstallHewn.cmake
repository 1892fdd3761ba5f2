# find_package(Hewn) from the build tree and from the install tree.
include(CMakePackageConfigHelpers)
get_property(libs GLOBAL PROPERTY HEWN_LIBS)
install(TARGETS ${libs} EXPORT HewnTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT HewnTargets NAMESPACE Hewn:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hewn)
export(EXPORT HewnTargets NAMESPACE Hewn:: FILE ${PROJECT_BINARY_DIR}/lib/cmake/hewn/HewnTargets.cmake)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/HewnConfig.cmake.in
  ${PROJECT_BINARY_DIR}/lib/cmake/hewn/HewnConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hewn)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lib/cmake/hewn/HewnConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lib/cmake/hewn/HewnConfig.cmake ${PROJECT_BINARY_DIR}/lib/cmake/hewn/HewnConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hewn)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/hewn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.def")
install(DIRECTORY ${PROJECT_BINARY_DIR}/include/hewn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.inc" PATTERN "CMakeFiles" EXCLUDE)
