#define _GNU_SOURCE
#include "CLinux.h"

#include <locale.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t plain, utf8_plain;

static void make_locales(void) {
  plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  utf8_plain = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

void *imagesmith_enter_locale(int utf8) {
  pthread_once(&once, make_locales);
  /* A null locale only asks for the present one: without C.UTF-8 the thread stays as it is. */
  return uselocale(utf8 ? utf8_plain : plain);
}

void imagesmith_leave_locale(void *previous) { uselocale((locale_t)previous); }
