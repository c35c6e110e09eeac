namespace Weft.Lab.Host;

/// <summary>Keeps two commands from starting or stopping the same lab at once.</summary>
public sealed class LabLock : IDisposable
{
    private readonly FileStream _file;

    private LabLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; dispose it to let go. It goes with its process, however that ends.</summary>
    /// <exception cref="LabException">Another command holds it.</exception>
    public static LabLock Take(LabDirectory lab)
    {
        var file = $"{lab.Path}.lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new LabLock(new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                Options = FileOptions.DeleteOnClose,
            }));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LabException($"cannot write {file}: {e.Message}. Set WEFT_HOME to a folder that you may write", e);
        }
        catch (IOException e)
        {
            throw new LabException($"another weft command is starting or stopping lab '{lab.Name}': wait for it, end it with Ctrl-C, or use another --name", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        LabDirectory.RemoveEmptyParents();
    }
}
