import CCurl
import Glibc

// What libcurl calls during a transfer, with the transfer as its context.

private func transfer(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer? {
  context.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
}

func onHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
  // Any other number than the bytes handed in ends the transfer.
  return transfer(context)?.receive(headerLine: line) == true ? line.count : line.count + 1
}

func onBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  let body = UnsafeRawBufferPointer(start: bytes, count: size * count)
  // Any other number than the bytes handed in ends the transfer.
  return transfer(context)?.receive(body: body) == true ? body.count : body.count + 1
}

func onRead(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  let target = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
  return transfer(context)?.read(into: target) ?? Int(CURL_READFUNC_ABORT)
}

func onSeek(_ context: UnsafeMutableRawPointer?, _ position: curl_off_t, _ origin: Int32) -> Int32 {
  guard origin == SEEK_SET, transfer(context)?.seek(to: position) == true else { return CURL_SEEKFUNC_FAIL }
  return CURL_SEEKFUNC_OK
}

func onConnected(
  _ context: UnsafeMutableRawPointer?, _ peer: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?, _: Int32,
  _: Int32
) -> Int32 {
  let address = peer.map { String(cString: $0) } ?? ""
  return transfer(context)?.maySend(to: address) == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

func onProgress(
  _ context: UnsafeMutableRawPointer?, _: curl_off_t, _ received: curl_off_t, _: curl_off_t, _ sent: curl_off_t
) -> Int32 {
  transfer(context)?.shouldGoOn(sent: sent, received: received) == true ? 0 : 1
}
