using Microsoft.Data.Sqlite;

namespace Weft.ApiServer.Storage;

/// <summary>Objects in one SQLite file, one row each, JSON as text. A write is durable against a killed process once it returns.</summary>
/// <remarks>WAL with <c>synchronous=NORMAL</c>: a power cut may lose the last writes, never the file.</remarks>
internal sealed class SqliteFile : IStoreFile
{
    /// <summary>Kept in <c>PRAGMA user_version</c>; "application_id" marks the file as ours.</summary>
    private const int FormatVersion = 1;

    private const int ApplicationId = 0x57656674;

    private const string Tables = """
        CREATE TABLE objects (resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
            revision INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (resource, namespace, name)) WITHOUT ROWID;
        CREATE TABLE revision (id INTEGER PRIMARY KEY CHECK (id = 0), value INTEGER NOT NULL);
        INSERT INTO revision VALUES (0, 1);
        """;

    // How long SQLite waits for a lock, in seconds, each time: one that just ends may still hold it, one that runs never gives it away.
    private const int Patience = 5;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _delete;

    private SqliteFile(SqliteConnection connection)
    {
        _connection = connection;
        _put = Prepare("""
            INSERT INTO objects VALUES ($resource, $namespace, $name, $revision, $json)
                ON CONFLICT DO UPDATE SET revision = excluded.revision, json = excluded.json;
            UPDATE revision SET value = $revision;
            """, "$resource", "$namespace", "$name", "$revision", "$json");
        _delete = Prepare("""
            DELETE FROM objects WHERE resource = $resource AND namespace = $namespace AND name = $name;
            UPDATE revision SET value = $revision;
            """, "$resource", "$namespace", "$name", "$revision");
    }

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="ApiServerException">Not a database, damaged, of another program or of a newer Weft, or in use.</exception>
    public static SqliteFile Open(string path)
    {
        MakePrivate(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = Patience }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000;");
            Prepare(connection, path);
            return new SqliteFile(connection);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new ApiServerException($"the database {path} cannot be used: {e.Message.TrimEnd('.')}. {Advice(e)}", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public (ulong Revision, IReadOnlyList<StoredRow> Rows) Load()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT resource, revision, CAST(json AS BLOB) FROM objects ORDER BY resource, namespace, name";
        var rows = new List<StoredRow>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
                rows.Add(new StoredRow(reader.GetString(0), (ulong)reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
        }
        return ((ulong)Scalar(_connection, "SELECT value FROM revision"), rows);
    }

    public void Put(ulong revision, string storageKey, string ns, string name, byte[] json) =>
        Run(_put, storageKey, ns, name, (long)revision, System.Text.Encoding.UTF8.GetString(json));

    public void Delete(ulong revision, string storageKey, string ns, string name) =>
        Run(_delete, storageKey, ns, name, (long)revision);

    public void Dispose()
    {
        _put.Dispose();
        _delete.Dispose();
        _connection.Dispose();
    }

    /// <summary>The file holds Secrets: nobody but its owner reads it. SQLite gives its log the same mode.</summary>
    private static void MakePrivate(string path)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = Private });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiServerException($"the database {path} cannot be opened: {e.Message}. Check that its folder exists and is writable.", e);
        }
    }

    private static void Prepare(SqliteConnection connection, string path)
    {
        var version = Scalar(connection, "PRAGMA user_version");
        var application = Scalar(connection, "PRAGMA application_id");
        if (version == 0 && application == 0 && Scalar(connection, "SELECT count(*) FROM sqlite_master") == 0)
        {
            Execute(connection, $"BEGIN; {Tables} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {FormatVersion}; COMMIT;");
            return;
        }
        if (application != ApplicationId)
            throw new ApiServerException($"the file {path} is a database of another program. Name another file.");
        if (version != FormatVersion)
        {
            throw new ApiServerException(
                $"the database {path} has format {version}, this version of Weft writes format {FormatVersion}. Use the version that wrote it, or remove the file to start empty.");
        }
    }

    private static string Advice(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => "Another process has it open: stop that one first.",
        10 or 13 => "Check the disk.",
        11 or 26 => "The file is damaged or not a database: restore a copy, or remove it to start empty.",
        _ => "Check that its folder exists and is writable.",
    };

    private void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        using var transaction = _connection.BeginTransaction();
        command.Transaction = transaction;
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar());
    }
}
