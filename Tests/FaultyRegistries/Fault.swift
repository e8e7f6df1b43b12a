/// What goes wrong with one request.
package enum Fault: Sendable, Equatable {
  // MARK: Instead of the registry's work

  /// Reads the request and answers so.
  case status(Int, headers: [String: String] = [:], body: String = "")
  /// Ends the connection without an answer.
  case close
  /// Resets the connection once so many bytes of the request's body have come, or all of them.
  case resetRequest(afterBytes: Int)
  /// Reads the request and never answers.
  case silence
  /// Answers 307 to another address.
  case redirect(String)
  /// Answers 307 to the address that was asked for.
  case redirectLoop
  /// Sends these bytes, which are no HTTP, and ends the connection.
  case garbage([UInt8])
  /// A head that has no end.
  case endlessHeaders
  /// A body that has no end, of an answer with this status.
  case endlessBody(status: Int)

  // MARK: Before the registry's work

  /// From this request on no token or password that was good until now is taken.
  case expire
  /// No upload that was open until now is known any more.
  case forgetUploads
  /// The answer to a ranged request is the whole blob.
  case ignoreRange

  // MARK: After the registry's work

  /// The work is done, the connection ends without an answer.
  case closeAfterWork
  /// The connection ends in order after so many bytes of the answer, its head included.
  case cut(afterBytes: Int)
  /// The connection is reset after so many bytes of the answer, its head included.
  case reset(afterBytes: Int)
  /// Each byte of the answer is sent by itself.
  case drip
  /// Each byte of the answer is sent a good while after the one before.
  case slowDrip
  /// A header is another, or missing where the value is nil.
  case header(String, String?)
  /// The length that is announced is so many bytes more than the body has, or fewer; then the connection ends.
  case length(off: Int)
  /// No length is announced, and the connection ends after so many bytes of the body, as if that were all of it.
  case withoutLength(bytes: Int)
  /// The body comes in chunks of some bytes each, with a header in the trailer that lies.
  case chunked
  /// Answers of 103 and 100 come first.
  case interim
  /// One byte of the body is another.
  case spoil(byte: Int)
  /// The body of an answer that has one is this.
  case body([UInt8])
  /// The connection ends after the answer, without a word of that.
  case lastAnswer
}
