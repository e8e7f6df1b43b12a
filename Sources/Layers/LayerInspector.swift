/// Looks at the files of a layer while it is written, so that nothing has to be read again for it.
///
/// All calls come one after another: `begin`, `take` as often as there are pieces, `end`, for each regular file in the order
/// of the layer.
package protocol LayerInspector: AnyObject {
  /// - Parameters:
  ///   - path: from the image's root, without a slash before it.
  ///   - size: bytes of the content.
  func begin(_ path: [UInt8], size: Int)
  /// The next bytes of the content, which are gone when this returns.
  func take(_ bytes: UnsafeRawBufferPointer)
  func end()
}
