// dotnet add package OpenAI
using System.ClientModel;
using OpenAI;
using OpenAI.Chat;

ChatClient client = new(
    model: "gpt-4o",
    credential: new ApiKeyCredential("local"),
    options: new OpenAIClientOptions { Endpoint = new Uri("http://localhost:8080/v1") }
);

foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreaming("Why is the sky blue?"))
{
    if (update.ContentUpdate.Count > 0)
    {
        Console.Write(update.ContentUpdate[0].Text);
    }
}
Console.WriteLine();
