# SPDX-License-Identifier: MIT
# What is installed where, and the .deb that `cpack --preset release` makes of it. Its scripts are beside this file.

set(etc ${CMAKE_INSTALL_FULL_SYSCONFDIR})
set(doc ${CMAKE_INSTALL_DOCDIR})
configure_file(conf/systemd/batond.service.in batond.service @ONLY)
configure_file(conf/installed.ini.in installed.ini @ONLY)
configure_file(conf/debian/changelog.in changelog @ONLY)

# Debian wants its change log and manual pages compressed, and of the same bytes whenever it is built.
function(install_compressed file directory)
  get_filename_component(name ${file} NAME)
  set(packed ${CMAKE_CURRENT_BINARY_DIR}/${name}.gz)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  execute_process(COMMAND gzip -9nc ${file} OUTPUT_FILE ${packed} COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${packed} DESTINATION ${directory})
endfunction()

install(TARGETS batond RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/installed.ini DESTINATION ${etc}/baton RENAME baton.ini)
install(DIRECTORY DESTINATION ${etc}/baton/conf.d)
install(FILES conf/batond.logrotate DESTINATION ${etc}/logrotate.d RENAME batond)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/batond.service conf/systemd/batond.socket DESTINATION lib/systemd/system)
install(FILES conf/systemd/batond.sysusers DESTINATION lib/sysusers.d RENAME baton.conf)
install(FILES conf/systemd/batond.tmpfiles DESTINATION lib/tmpfiles.d RENAME baton.conf)
install(DIRECTORY conf/demo/ DESTINATION ${CMAKE_INSTALL_DATADIR}/baton/site)
install(FILES conf/systemd/port-80.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/baton)
install(FILES README.md conf/debian/copyright conf/baton.ini DESTINATION ${doc})
install_compressed(${CMAKE_CURRENT_BINARY_DIR}/changelog ${doc})
file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/conf/man/*.[58])
foreach(page ${pages})
  string(REGEX MATCH "[58]$" section ${page})
  install_compressed(${page} ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
set(share ${CMAKE_INSTALL_DATADIR})
install(FILES conf/completion/batond.bash DESTINATION ${share}/bash-completion/completions RENAME batond)
# Where Debian installs to /usr, site-functions is the administrator's, and packages have a directory of their own.
set(zsh site-functions)
if(EXISTS /etc/debian_version AND CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(zsh vendor-completions)
endif()
install(FILES conf/completion/_batond DESTINATION ${share}/zsh/${zsh})
install(FILES conf/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME baton)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The baton authors <maintainers@baton.example>")
set(CPACK_STRIP_FILES ON)
# Not all of it is under the prefix: /etc is not.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(mode_755 OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${mode_755})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION httpd)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "small and fast server of static files over HTTP/1.1")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "batond serves a directory, and nothing outside it: with ranges, conditional
requests, precompressed siblings and digests. It reloads its configuration and
upgrades its binary without closing a connection, and knows systemd:
readiness, watchdog, and sockets that outlive it.
TLS and HTTP/2 are the work of a front end, such as HAProxy.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(sysusers "systemd | systemd-standalone-sysusers | systemd-sysusers")
set(tmpfiles "systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_DEPENDS "procps, ${sysusers}, ${tmpfiles}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS logrotate)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(control ${CMAKE_CURRENT_SOURCE_DIR}/conf/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${control}/conffiles ${control}/postinst ${control}/prerm ${control}/postrm)
include(CPack)
