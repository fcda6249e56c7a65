// Adds up the areas of the polygons in the lines of one file, `(x,y),(x,y),…`, in C: getline and
// strtol, the shoelace formula, and 128 bits for the sums.
//
//     cc -O3 -march=native -o area area.c && ./area FILE

#include <stdio.h>
#include <stdlib.h>

typedef unsigned __int128 wide;

static void print_wide(wide number) {
  char digits[40];
  int place = sizeof digits - 1;
  digits[place] = 0;
  do {
    digits[--place] = (char)('0' + (int)(number % 10));
    number /= 10;
  } while (number > 0);
  fputs(digits + place, stdout);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: area FILE\n");
    return 64;
  }
  FILE *file = fopen(argv[1], "r");
  if (!file) {
    perror(argv[1]);
    return 1;
  }

  char *line = NULL;
  size_t capacity = 0;
  wide total = 0;
  unsigned long polygons = 0, errors = 0;
  while (getline(&line, &capacity, file) > 0) {
    char *place = line;
    long first_x = 0, first_y = 0, x = 0, y = 0;
    __int128 sum = 0;
    int points = 0;
    while (*place == '(') {
      long next_x = strtol(place + 1, &place, 10);
      if (*place != ',') break;
      long next_y = strtol(place + 1, &place, 10);
      if (*place != ')') break;
      place++;
      if (points++ == 0) {
        first_x = next_x;
        first_y = next_y;
      } else {
        sum += (__int128)x * next_y - (__int128)y * next_x;
      }
      x = next_x;
      y = next_y;
      if (*place != ',') break;
      place++;
    }
    if (points == 0 || (*place != '\n' && *place != 0)) {
      errors++;
      continue;
    }
    sum += (__int128)x * first_y - (__int128)y * first_x;
    total += (wide)(sum < 0 ? -sum : sum);
    polygons++;
  }
  if (ferror(file)) {
    perror(argv[1]);
    return 1;
  }
  free(line);

  printf("{\"polygons\":%lu,\"total\":", polygons);
  print_wide(total / 2);
  printf("%s,\"errors\":%lu}\n", total % 2 ? ".5" : "", errors);
  return 0;
}
