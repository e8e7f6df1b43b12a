#include <curl/curl.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function per type of argument. */
static inline CURLcode imagesmith_setopt_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode imagesmith_setopt_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode imagesmith_setopt_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode imagesmith_setopt_data_callback(
    CURL *handle, CURLoption option, size_t (*value)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode imagesmith_setopt_seek_callback(
    CURL *handle, CURLoption option, int (*value)(void *, curl_off_t, int)) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode imagesmith_setopt_progress_callback(
    CURL *handle, CURLoption option,
    int (*value)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t)) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode imagesmith_setopt_prerequest_callback(
    CURL *handle, CURLoption option, int (*value)(void *, char *, char *, int, int)) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode imagesmith_getinfo_text(CURL *handle, CURLINFO info, const char **value) {
  return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode imagesmith_getinfo_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}
