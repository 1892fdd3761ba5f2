// The version of Hewn, the one in the top-level CMakeLists.txt.
#ifndef HEWN_SUPPORT_VERSION_H
#define HEWN_SUPPORT_VERSION_H

#define HEWN_VERSION "0.1.0"

#endif // HEWN_SUPPORT_VERSION_H
