using System.Security.Cryptography;

namespace Weft.ApiServer;

/// <summary>The folder of a server's secrets: certificate authority and admin token. Files of mode 0600 in a folder of mode 0700.</summary>
internal sealed class StateFolder
{
    private const string TokenFile = "admin.token";
    private const string AuthorityFile = "ca.pem";

    private readonly string _path;

    public StateFolder(string path)
    {
        _path = path;
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiServerException($"the state folder {path} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>The administrator's token, made at the first start.</summary>
    public string AdminToken() => ReadOrMake(TokenFile, () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))).Trim();

    /// <summary>Certificate and key of the authority as PEM, made at the first start.</summary>
    public string Authority(Func<string> make) => ReadOrMake(AuthorityFile, make);

    private string ReadOrMake(string name, Func<string> make)
    {
        var path = Path.Combine(_path, name);
        try
        {
            if (File.Exists(path))
                return File.ReadAllText(path);
            var text = make();
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using (var writer = new StreamWriter(path + ".new", options))
                writer.Write(text);
            File.Move(path + ".new", path, overwrite: true);
            return text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiServerException($"the file {path} cannot be used: {e.Message}", e);
        }
    }
}
