import CLinux
import Glibc

extension FileDescriptor {
  /// Takes over the content of `source` by sharing its blocks; returns whether the file systems can. Source: ioctl_ficlone(2).
  package func clone(_ source: borrowing FileDescriptor) -> Bool {
    imagesmith_clone(raw, source.raw) == 0
  }

  /// Starts to write a range of bytes to the disk, and does not wait. A hint: what goes wrong shows when the file is
  /// synchronized. Source: sync_file_range(2).
  package func startWriteback(offset: Int, length: Int) {
    _ = imagesmith_start_writeback(raw, off_t(offset), off_t(length))
  }

  /// Waits until all that the file system holds is on the disk. Source: syncfs(2).
  package func synchronizeFileSystem() throws(NativeError) {
    guard retrying({ imagesmith_sync_file_system(raw) }) == 0 else { throw NativeError(failed: "sync \(name)") }
  }
}
