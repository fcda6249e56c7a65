// What the programs of this folder say when something is not as it should be.
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>
#include <stdlib.h>

#define EXPECT(is_so)                                                                      \
  do {                                                                                     \
    if (!(is_so)) {                                                                        \
      fprintf(stderr, "%s:%d: it is not so that %s\n", __FILE__, __LINE__, #is_so);        \
      exit(EXIT_FAILURE);                                                                  \
    }                                                                                      \
  } while (0)

#endif
