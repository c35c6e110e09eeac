namespace Weft.Lab;

/// <summary>What went wrong with a lab, worded for its user: what happened, to what, and the way out.</summary>
public sealed class LabException : Exception
{
    /// <summary>Makes the error from a message for people.</summary>
    public LabException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error from a message for people and what caused it.</summary>
    public LabException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
